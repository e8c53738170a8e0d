/** What is proved before the first change, and what is compared around each. */

const PREDICTION = 'src/refactor/prediction/tests.rs';
const EFFECT = 'src/refactor/prediction/effect.rs';
const BEHAVIOUR = 'src/cloudformation/update_behaviour.rs';
const OBSTACLES = 'src/refactor/tests/obstacles.rs';
const LIVE = '__test__/e2e/live-configuration.test.mjs';
const NEXT = '__test__/e2e/next-deployment.test.mjs';

/** @type {import('../row.mjs').Row[]} */
export const rows = [
  {
    id: 'H-20',
    title: 'A participant has a stack policy',
    elsewhere: 'CloudFormation refuses the refactor, after the updates have been made.',
    here: 'The policies of all participants are read while planning. What lies in a stack that has one, and what needs it, is left out by name before the first change; the rest moves.',
    test: { file: OBSTACLES, name: 'a_stack_with_a_policy_stays_as_it_is' },
    change: {
      file: 'src/refactor/obstacle.rs',
      from: 'let found = self.of(&successor.source.id).or_else(|| self.of(&successor.target.id));',
      to: 'let found = self.of(&successor.source.id);',
    },
  },
  {
    id: 'H-20',
    here: 'Seen with a policy on a stack of either side, on a service that refuses such stacks.',
    test: {
      file: '__test__/e2e/left-out.test.mjs',
      name: 'a stack policy on the auth stack of Gen 2 keeps what it has, and the rest moves',
    },
    change: {
      file: 'src/refactor/execute/stack_policies.rs',
      from: 'Ok(Some(_)) => PolicyState::Attached,',
      to: 'Ok(Some(_)) => PolicyState::None,',
    },
  },
  {
    id: 'H-17',
    here: 'A resource that uses a secret stays, with everything that needs it; each is named.',
    test: { file: OBSTACLES, name: 'what_needs_something_that_stays_stays_too' },
    change: {
      file: 'src/refactor/obstacle.rs',
      from: 'while let Some((position, needed)) = next_in_need(successors, &reasons) {',
      to: 'if let Some((position, needed)) = next_in_need(successors, &reasons) {',
    },
  },
  {
    id: 'H-31',
    here: 'A resource with a pseudo parameter whose value is not known (`AWS::NotificationARNs`) stays, by name; the rest moves.',
    test: { file: OBSTACLES, name: 'an_expression_that_only_the_service_can_evaluate_keeps_its_resource' },
    change: {
      file: 'src/refactor/obstacle.rs',
      from: 'let segment = path.strip_prefix("/Resources/")?.split(\'/\').next()?;',
      to: 'let segment = path.strip_prefix("/Resource/")?.split(\'/\').next()?;',
    },
  },
  {
    id: 'H-39',
    title: 'Gen 2 resources without a partner in Gen 1',
    elsewhere: 'All of the type are parked; those without a partner never come back.',
    here: 'Only what has a partner is parked.',
    test: { file: 'src/refactor/tests/pairing.rs', name: 'gen2_resources_without_a_partner_stay_where_they_are' },
    change: {
      file: 'src/refactor/forward.rs',
      from: '.filter(|logical_id| waiting.contains_key(logical_id.as_str()))',
      to: '.filter(|logical_id| logical_id.as_str() != "CDKMetadata")',
    },
  },
  {
    id: 'H-40',
    title: 'The triggers of a user pool',
    elsewhere: 'An update of the pool wipes what Gen 1 had set beside the template.',
    here: 'The configuration is read before the first change, and after each update and each move; what was wiped is put back at once.',
    test: {
      file: LIVE,
      name: 'triggers and factors of a user pool that an update wipes are put back at once',
    },
    change: {
      file: 'src/cloud/live/user_pool.rs',
      from: '.set_lambda_config(pool.lambda_config)',
      to: '.set_lambda_config(None)',
    },
  },
  {
    id: 'H-40',
    here: 'As it was before the run, the pool is in the journal: a run that is cut short between an update and the comparison is followed by one that compares and puts back.',
    test: {
      file: LIVE,
      name: 'a pool that is wiped by the very update at which the run is killed is put back when the same command goes on',
    },
    change: {
      file: 'src/refactor/execute/run.rs',
      from: 'configuration::compare_later(self, uncompared).await?;',
      to: 'configuration::compare_later(self, &uncompared[..0]).await?;',
    },
  },
  {
    id: 'H-41',
    title: 'Other settings of a user pool made beside its template',
    elsewhere: 'They are wiped likewise.',
    here: 'All settings are compared and put back, the factors of sign-in with them.',
    test: {
      file: LIVE,
      name: 'triggers and factors of a user pool that an update wipes are put back at once',
    },
    change: {
      file: 'src/cloud/live/user_pool.rs',
      from: '.set_policies(pool.policies)',
      to: '.set_policies(None)',
    },
  },
  {
    id: 'H-41',
    here: 'A change of any other resource, expiry and restore of a table or policy of a bucket, stops the run and names resource and setting.',
    test: { file: LIVE, name: 'any other change stops the run and names resource and setting' },
    change: {
      file: 'src/cloud/live/table.rs',
      from: 'settings.add("time to live", expiry)?;',
      to: 'settings.add("time to live", expiry.map(|_| Vec::new()))?;',
    },
  },
  {
    id: 'H-41',
    here: 'What happens at a risky sign-in and the look of the sign-in page are compared as well; the first is put back with its pool.',
    test: { file: LIVE, name: 'what happens at a risk is put back as well, and a look that cannot be is told' },
    change: {
      file: 'src/cloud/live/user_pool.rs',
      from: 'settings.add(RISK_PART, risk.map(|risk| sign_in_page::lines_of(risk.as_ref())))?;',
      to: '',
    },
  },
  {
    id: 'H-44',
    title: 'The next deployment would replace a moved resource',
    elsewhere: 'Nothing looks at it.',
    here: 'What it does is predicted property by property, from the schemas of CloudFormation; a replacement, or a change that the service refuses, keeps the refactor from starting. Names that `postRefactor()` sets are told.',
    test: { file: PREDICTION, name: 'what_cannot_be_changed_blocks' },
    change: {
      file: BEHAVIOUR,
      from: '} else if known.refused.contains_key(property) {',
      to: '} else if false {',
    },
  },
  {
    id: 'H-44',
    here: 'Only what the generated backend itself switches over is no obstacle: names that Gen 1 has set.',
    test: { file: PREDICTION, name: 'names_are_what_post_refactor_sets_and_do_not_block' },
    change: {
      file: 'src/refactor/prediction.rs',
      from: 'avoided_by_post_refactor: left.is_some() && is_name(resource_type, &path),',
      to: 'avoided_by_post_refactor: is_name(resource_type, &path),',
    },
  },
  {
    id: 'H-44',
    here: 'Attributes of users can only be added.',
    test: { file: PREDICTION, name: 'attributes_of_users_can_only_be_added' },
    change: {
      file: EFFECT,
      from: 'if is_new && !is_standard_attribute(name) && !is_required {',
      to: 'if is_new {',
    },
  },
  {
    id: 'H-44',
    here: 'Indexes are made one at a time and never changed.',
    test: { file: PREDICTION, name: 'indexes_are_made_one_at_a_time_and_never_changed' },
    change: { file: EFFECT, from: '_ if changed > 1 => (', to: '_ if changed > 9 => (' },
  },
  {
    id: 'H-44',
    here: 'The same validity in another unit, the default of a service and another order are no change.',
    test: { file: PREDICTION, name: 'what_means_the_same_is_no_change' },
    change: {
      file: 'src/refactor/prediction/comparable.rs',
      from: '"days" => 86400.0,',
      to: '"days" => 3600.0,',
    },
  },
  {
    id: 'H-44',
    here: 'A property that the schemas do not have, or whose value is known only later, is unknown and never harmless.',
    test: { file: PREDICTION, name: 'unknown_is_not_harmless' },
    change: {
      file: BEHAVIOUR,
      from: '    } else {\n        UpdateBehaviour::Unknown\n    }',
      to: '    } else {\n        UpdateBehaviour::InPlace\n    }',
    },
  },
  {
    id: 'H-44',
    here: 'Seen with a changed backend: refused before the first change, accepted once it is mended and deployed.',
    test: { file: NEXT, name: 'is refused before the first change' },
    change: {
      file: 'src/plan/view.rs',
      from: 'self.effect >= ChangeEffect::Refused && !self.avoided_by_post_refactor',
      to: 'false',
    },
  },
  {
    id: 'H-47',
    title: 'The roles of the identity pool change with the next deployment',
    elsewhere: 'Without a word.',
    here: 'It is told with both roles, as are clients that lose their credentials; and among the implications, with the way to keep access.',
    test: { file: PREDICTION, name: 'users_notice' },
    change: {
      file: BEHAVIOUR,
      from: '} else if known.interrupt.contains_key(property) {',
      to: '} else if known.interrupt.contains_key(property) && property != "Roles" {',
    },
  },
  {
    id: 'H-51',
    title: 'Notifications of a bucket, readers of a stream',
    elsewhere: 'The next deployment overwrites them: the functions of Gen 1 are not called any more.',
    here: 'That the next deployment changes them is told before the move.',
    test: { file: PREDICTION, name: 'users_notice' },
    change: {
      file: BEHAVIOUR,
      from: '} else if known.interrupt.contains_key(property) {',
      to: '} else if known.interrupt.contains_key(property) && property != "NotificationConfiguration" {',
    },
  },
  {
    id: 'H-52',
    title: 'Protection from deletion',
    elsewhere: 'A Gen 2 table without it makes the deployment switch it off.',
    here: 'That the next deployment ends a protection, or brings a policy that deletes, is told before the move.',
    test: { file: PREDICTION, name: 'loss_of_protection_is_told' },
    change: {
      file: 'src/refactor/prediction.rs',
      from: 'if !value.starts_with("Retain") {',
      to: 'if value.is_empty() {',
    },
  },
  {
    id: 'H-53',
    title: 'Roles and keys that what moves refers to stay in Gen 1 stacks',
    elsewhere: 'Taking Gen 1 down breaks messages by SMS.',
    here: 'Gen 1 stacks stay; that the next deployment sends messages through another role is told.',
    test: { file: PREDICTION, name: 'users_notice' },
    change: {
      file: BEHAVIOUR,
      from: '} else if known.interrupt.contains_key(property) {',
      to: '} else if known.interrupt.contains_key(property) && property != "SmsConfiguration" {',
    },
  },
  {
    id: 'H-54',
    title: 'Other partitions, resources of other accounts',
    elsewhere: 'ARNs are put together with the partition `aws` and the account of the caller.',
    here: 'ARNs have the partition of the region; an id that is an ARN already is taken as it is.',
    test: {
      file: 'src/cloudformation/attribute.rs',
      name: 'arns_have_the_partition_of_the_region',
    },
    change: {
      file: 'src/cloudformation/attribute.rs',
      from: '(_, "Arn") if physical_id.starts_with("arn:") => physical_id.into(),',
      to: '(_, "Arn") if physical_id.starts_with("arn:x") => physical_id.into(),',
    },
  },
  {
    id: 'H-56',
    title: '`--skip-validations` skips everything',
    elsewhere: 'The lock and the retention of resources with it.',
    here: 'What keeps data safe is no validation that can be skipped: that only owners change, and what the next deployment does.',
    test: { file: NEXT, name: 'is refused with --skip-validations, too' },
    change: {
      file: 'src/refactor/execute/step.rs',
      from: 'vec![moves_only, next_deployment::validation(&self.plan.next_deployment)]',
      to: 'vec![moves_only]',
    },
  },
  {
    id: 'H-74',
    title: 'Retention is checked on the planned text only',
    elsewhere: 'Not on what is deployed, and the check can be skipped.',
    here: 'Right before each move the live template of the stack that is left, and the one that is submitted, must retain what moves, in both ways.',
    test: { file: 'src/refactor/execute/moves.rs', name: 'what_moves_must_be_retained_in_both_ways' },
    change: {
      file: 'src/refactor/execute/moves.rs',
      from: '.all(|policy| resource.definition.get(*policy).is_some_and(|value| value == "Retain"))',
      to: '.any(|policy| resource.definition.get(*policy).is_some_and(|value| value == "Retain"))',
    },
  },
];
