/** What only a large app meets. */

const SCALE = '__test__/e2e/scale.test.mjs';

/** @type {import('../row.mjs').Row[]} */
export const rows = [
  {
    id: 'H-15',
    title: 'More than a hundred resources, or more than one page of anything',
    elsewhere:
      'Only the first page is read: resources are missed, and a change set whose changes are on the second page counts as unchanged.',
    here: 'Every list is read to its last page.',
    test: { file: SCALE, name: 'lists are read to their last page' },
    change: {
      file: 'src/cloud/cloudformation/client.rs',
      from: 'if token.is_none() {\n                return Ok(resources);',
      to: 'if true {\n                return Ok(resources);',
    },
  },
  {
    id: 'H-75',
    title: 'Templates in the deployment bucket',
    elsewhere: 'They stay there, with whatever is written out in them; their address fits one partition only.',
    here: 'They are encrypted, have the address of their region, and are removed when the call is over; what a crash left is removed by the next run.',
    test: {
      file: SCALE,
      name: 'the template that is too large for a request went by the bucket, and nothing of it is left there',
    },
    change: {
      file: 'src/cloud/stack_update/hand_over.rs',
      from: 'if let Err(error) = cloud.objects.delete(bucket, key).await {',
      to: 'if let Err(error) = cloud.objects.delete(bucket, &format!("{key}.old")).await {',
    },
  },
];
