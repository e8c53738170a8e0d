/** What stands around a move: parents, exports, roles, models, and what the user is told. */

const SAFEGUARDS = '__test__/e2e/safeguards.test.mjs';

/** @type {import('../row.mjs').Row[]} */
export const rows = [
  {
    id: 'H-7',
    title: 'The execution of the move fails',
    elsewhere: 'CloudFormation rolls it back, and what was parked stays parked.',
    here: 'The failure is told with the stack and the reason of the service; what was done is taken back, or, with `--no-rollback`, finished by the next run.',
    test: {
      file: SAFEGUARDS,
      name: 'a move that CloudFormation rolls back leaves the parked resources to the next run',
    },
    change: {
      file: 'src/refactor/landscape.rs',
      from: 'let usable = self.holding(&stack.name)? == HoldingState::Usable;',
      to: 'let usable = self.holding(&stack.name)? == HoldingState::Shell;',
    },
  },
  {
    id: 'H-21',
    title: 'Holding stacks have no termination protection',
    elsewhere: 'They have none, and inherit deletion policies that delete.',
    here: 'They have none either: what they hold is retained, and the tool deletes one only when it owns nothing but the placeholder.',
    test: { file: 'src/cloudformation/simulate/tests.rs', name: 'only_stacks_without_resources_may_be_deleted' },
    change: {
      file: 'src/cloudformation/simulate/mod.rs',
      from: '.filter(|(_, resource)| resource.resource_type != "AWS::CloudFormation::WaitConditionHandle")',
      to: '.filter(|(_, resource)| resource.resource_type == "AWS::CloudFormation::WaitConditionHandle")',
    },
  },
  {
    id: 'H-23',
    title: 'A stack works with a role, notifications or limits of its own',
    elsewhere: 'They are not sent, and so are kept; a role that lacks rights on what comes is seen when it fails.',
    here: 'They are not sent, and so are kept; what the service refuses is told with its reason and taken back.',
    test: { file: SAFEGUARDS, name: 'stacks are changed by change sets that were looked at, and none is left' },
    change: {
      file: 'src/cloud/cloudformation/client.rs',
      from: '.capabilities(Capability::CapabilityAutoExpand)',
      to: '.capabilities(Capability::CapabilityAutoExpand).role_arn("arn:aws:iam::123456789012:role/other")',
    },
  },
  {
    id: 'H-24',
    title: 'The parent has an outdated view of a stack that was updated by itself',
    elsewhere: 'A later update of the root makes the moved resources anew, beside those with the data.',
    here: 'Gen 1 stays locked, and no flag unlocks it while resources are moved away.',
    test: { file: 'src/lock/tests/mod.rs', name: 'unlocking_is_refused_while_resources_are_moved_away' },
    change: {
      file: 'src/lock/rollback.rs',
      from: '(false, _) => ValidationStatus::Failed,',
      to: '(false, _) => ValidationStatus::NotChecked,',
    },
  },
  {
    id: 'H-25',
    title: 'An output of a stack that takes part is an export in use',
    elsewhere: 'A value whose text changes is refused in the middle, and an import in what moves is not made literal.',
    here: 'Outputs get the very value that the service computed and keep their exports; an import in what moves is evaluated or keeps its resource where it is.',
    test: { file: SAFEGUARDS, name: 'an export that another stack imports keeps its name and its value' },
    change: {
      file: 'src/refactor/literal.rs',
      from: 'Some(runtime) => Some(Value::String(runtime.into())),',
      to: 'Some(runtime) => Some(Value::String(format!("{runtime}."))),',
    },
  },
  {
    id: 'H-34',
    title: 'Metadata of Gen 1 travels along',
    elsewhere: 'As it is, without the paths of CDK.',
    here: 'As it is, for a change of it would be a change of the resource; the next deployment writes that of CDK, which touches nothing else.',
    test: { file: 'src/refactor/tests/plan.rs', name: 'resources_are_paired_by_identity' },
    change: {
      file: 'src/refactor/literal.rs',
      from: '"Condition" | "DeletionPolicy" | "UpdateReplacePolicy" => {}',
      to: '"Condition" | "Metadata" | "DeletionPolicy" | "UpdateReplacePolicy" => {}',
    },
  },
  {
    id: 'H-50',
    title: 'Sign-ups between the move and the next deployment',
    elsewhere: 'They land in the parked pool and are lost, without a word.',
    here: 'That is said before the question, and what ends it is said at the end.',
    test: { file: SAFEGUARDS, name: 'what is at risk until the next deployment is told before the question' },
    change: {
      file: 'src/refactor/execute/step.rs',
      from: ' still uses its own resources: new sign-ups there land in the parked user pool.',
      to: ' still uses its own resources.',
    },
  },
  {
    id: 'H-79',
    title: 'Tables of models are looked for by their names',
    elsewhere: 'By the text before the first dash: models that begin alike, or are renamed, are mixed up or missed.',
    here: 'Tables are found in the stacks that own them, whatever they are called.',
    test: {
      file: 'src/lock/tests/mod.rs',
      name: 'locking_protects_everything_and_unlocking_restores_every_byte',
    },
    change: {
      file: 'src/lock/forward.rs',
      from: 'for (stack, group) in stacks_below(&request) {',
      to: 'for (stack, group) in stacks_below(&request).into_iter().filter(|(stack, _)| !stack.name.contains("omment")) {',
    },
  },
];
