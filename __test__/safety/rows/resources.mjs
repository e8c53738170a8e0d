/** What can happen to user pools, buckets and tables, then or with the next deployment of Gen 2. */

const PLAN = 'src/refactor/tests/plan.rs';
const TEMPLATES = 'src/refactor/tests/templates.rs';
const LITERAL = 'src/refactor/literal.rs';

/** @type {import('../row.mjs').Row[]} */
export const rows = [
  {
    id: 'H-42',
    title: 'What moves has no deletion policy, or one that deletes',
    elsewhere: 'Deleting a stack, a holding stack or the branch deletes production data.',
    here: 'Locking sets Retain in Gen 1; whatever is parked or moved carries Retain in every template that is submitted.',
    test: { file: PLAN, name: 'every_submitted_template_is_closed_and_retains_what_moves' },
    change: {
      file: LITERAL,
      from: 'definition.insert(policy.into(), "Retain".into());',
      to: 'definition.insert(policy.into(), "Delete".into());',
    },
  },
  {
    id: 'H-43',
    title: 'The Gen 2 bucket is emptied when its stack is deleted',
    elsewhere: 'With the next deployment that holds for the production bucket.',
    here: 'The generated backend retains its bucket; a bucket that is deployed otherwise is told before the move.',
    test: { file: TEMPLATES, name: 'what_the_next_deployment_does_is_part_of_the_plan' },
    change: {
      file: 'src/refactor/prediction/effect.rs',
      from: 'if below == ["aws-cdk:auto-delete-objects"] && is_on {',
      to: 'if below == ["aws-cdk:auto-delete-objects"] && !is_on {',
    },
  },
  {
    id: 'H-45',
    title: 'A replacement deletes the resource that it replaces',
    elsewhere: 'There is no UpdateReplacePolicy.',
    here: 'UpdateReplacePolicy is Retain wherever DeletionPolicy is.',
    test: { file: PLAN, name: 'every_submitted_template_is_closed_and_retains_what_moves' },
    change: {
      file: LITERAL,
      from: 'for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {',
      to: 'for policy in ["DeletionPolicy"] {',
    },
  },
  {
    id: 'H-46',
    title: 'The native client has a secret in Gen 1 and none in Gen 2',
    elsewhere: 'The next deployment replaces the client, and released apps can no longer sign in.',
    here: 'The refactor is refused before anything moves, with stack, client and property, until the Gen 2 client is like the one of Gen 1.',
    test: { file: TEMPLATES, name: 'what_the_next_deployment_does_is_part_of_the_plan' },
    change: {
      file: 'src/cloudformation/update_behaviour.rs',
      from: 'if is_in(&known.replace) {',
      to: 'if is_in(&known.replace) && property != "GenerateSecret" {',
    },
  },
];
