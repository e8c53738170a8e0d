/** How the step is run: what it checks, and on what it works. */

const STATUS = 'src/cloudformation/status.rs';
const SAFEGUARDS = '__test__/e2e/safeguards.test.mjs';
const PAIRING = 'src/refactor/tests/pairing.rs';
const PLANNING = 'src/refactor/execute/planning.rs';

/** @type {import('../row.mjs').Row[]} */
export const rows = [
  {
    id: 'H-55',
    title: 'An update could do more than it should',
    elsewhere: 'The validation of destructive changes is a stub that always passes.',
    here: 'Every update is a change set that is inspected and, when nothing but what the plan allows is in it, itself executed.',
    test: { file: 'src/refactor/execute/update.rs', name: 'only_what_the_plan_allows_may_change' },
    change: {
      file: 'src/refactor/execute/update.rs',
      from: 'Some("True" | "Conditional")',
      to: 'Some("True")',
    },
  },
  {
    id: 'H-56',
    title: '`--skip-validations`',
    elsewhere: 'It skips everything, the lock and Retain as well.',
    here: 'It skips the validations of the step. That nothing but owners changes is proved all the same, and no flag waives it.',
    test: { file: SAFEGUARDS, name: 'what would not be a mere move is refused, with --skip-validations as well' },
    change: {
      file: 'src/plan/mod.rs',
      from: 'validations: self.inner.safety_violations(),',
      to: 'validations: Vec::new(),',
    },
  },
  {
    id: 'H-59',
    title: '`--to` names the wrong stack',
    elsewhere: 'It is not checked: the root of another branch, of another app or of Gen 1 itself is taken.',
    here: 'It must be the root of a Gen 2 deployment of the same app, told by its tag, its name, its parameters and its nested stacks.',
    test: {
      file: '__test__/e2e/bad-input.test.mjs',
      name: '--to names a stack of another app, by its name or its tag',
    },
    change: { file: PLANNING, from: '&& !owner.eq_ignore_ascii_case(expected)', to: '&& owner.is_empty()' },
  },
  {
    id: 'H-59',
    here: 'A nested stack and the root of a Gen 1 environment are refused by name.',
    test: {
      file: '__test__/e2e/bad-input.test.mjs',
      name: '--to names a stack that is no Amplify root, a nested one, or the root of another Gen 1 environment',
    },
    change: {
      file: PLANNING,
      from: 'if is_gen1_root(stack) {',
      to: 'if is_gen1_root(stack) && gen2.nested.is_empty() && stack.parent_id.is_some() {',
    },
  },
  {
    id: 'H-60',
    title: 'Region and account of a call',
    elsewhere: 'Some clients take the default region and the default credentials.',
    here: 'All calls of a run are made in the region of the environment, with one set of credentials, whatever the surroundings say.',
    test: {
      file: SAFEGUARDS,
      name: 'every call is made in the region and the account of the environment, whatever the surroundings say',
    },
    change: { file: 'src/cloud/configuration.rs', from: '.region(Region::new(options.region.clone()))', to: '' },
  },
  {
    id: 'H-61',
    title: 'Statuses that are neither complete nor in progress',
    elsewhere:
      'Stacks after an import or a rollback are usable, but only UPDATE_COMPLETE is waited for; failed stacks are waited for until the time is over.',
    here: 'Every status is at rest, busy, or failed. Only what is busy is waited for, and what has failed is told at once.',
    test: { file: STATUS, name: 'a_shell_and_a_failed_stack_are_neither_at_rest_nor_busy' },
    change: { file: STATUS, from: '            | "IMPORT_ROLLBACK_COMPLETE"\n', to: '' },
  },
  {
    id: 'H-62',
    title: 'Names that begin alike',
    elsewhere: 'Stacks are found by the beginning of their logical ids: `storagefoo` also finds `storagefoobar`.',
    here: 'A Gen 1 stack has exactly the logical id of its resource; a Gen 2 stack has category, name and the eight digits of CDK.',
    test: { file: PAIRING, name: 'prefixes_are_not_identities' },
    change: {
      file: 'src/refactor/identity.rs',
      from: 'let name = without_hash(rest)?;',
      to: 'let name = without_hash(rest).unwrap_or(rest);',
    },
  },
  {
    id: 'H-63',
    title: 'Names that Gen 2 writes otherwise',
    elsewhere: 'A name with an underscore or in capitals is not found.',
    here: 'What `generate` made is known by the hash of its path in its logical id, whatever it had to be called.',
    test: { file: PAIRING, name: 'generated_tables_are_recognised_whatever_they_had_to_be_called' },
    change: {
      file: 'src/refactor/pairing/named.rs',
      from: 'generated.as_deref().map(constructed).into_iter().collect(),',
      to: 'generated.as_deref().map(exactly).into_iter().collect(),',
    },
  },
  {
    id: 'H-63',
    here: 'Other names are compared as CDK writes them, where they do not match exactly.',
    test: {
      file: PAIRING,
      name: 'names_are_compared_as_cdk_writes_them_where_they_do_not_match_exactly',
    },
    change: {
      file: 'src/refactor/pairing/named.rs',
      from: 'names().filter_map(|name| like(name)).collect(),',
      to: 'names().map(|name| exactly(name)).collect(),',
    },
  },
  {
    id: 'H-63',
    here: 'Names that contradict each other, or become the same, are an error that names every candidate; a file for --mappings decides.',
    test: { file: PAIRING, name: 'names_that_become_the_same_are_ambiguous' },
    change: {
      file: 'src/refactor/pairing.rs',
      from: '[target] if rivals.is_empty() => self.pairs.push((*source, *target)),',
      to: '[target] => self.pairs.push((*source, *target)),',
    },
  },
  {
    id: 'H-64',
    title: 'The description of a stack changes',
    elsewhere: 'The stack is no longer recognised, for its kind is read from there.',
    here: 'A Gen 1 stack is known by its place in the tree alone.',
    test: { file: SAFEGUARDS, name: 'a stack is known by its place, not by its description' },
    change: {
      file: 'src/refactor/landscape.rs',
      from: 'self.input.gen1.child(logical_id).map(|tree| &tree.stack)',
      to: 'self.input.gen1.child(logical_id).map(|tree| &tree.stack).filter(|stack| stack.template_body.contains("stackType"))',
    },
  },
  {
    id: 'H-67',
    title: 'Quotas: stacks in an account, stacks and refactors at a time',
    elsewhere: 'The step fails in the middle.',
    here: 'A refactor has two stacks, each at rest. What the service refuses is told with its reason, and what was done is taken back.',
    test: {
      file: SAFEGUARDS,
      name: 'a quota that is reached is told with its reason, and what was done is taken back',
    },
    change: {
      file: 'src/refactor/execute/moves.rs',
      from: 'reason: created.status_reason.unwrap_or(created.status),',
      to: 'reason: created.status,',
    },
  },
  {
    id: 'H-68',
    title: 'Nothing is backed up',
    elsewhere: 'Neither data nor templates.',
    here: 'The templates of every stack that takes part are in the journal before the first change, and a rollback puts them back. Data is not copied: no resource that holds it is ever created, changed or deleted.',
    test: { file: 'src/refactor/tests/plan.rs', name: 'a_run_that_ended_anywhere_can_be_taken_back' },
    change: {
      file: 'src/refactor/forward.rs',
      from: 'if !record.stacks.contains_key(stack)',
      to: 'if record.stacks.is_empty()',
    },
  },
  {
    id: 'H-74',
    title: 'Retain is looked for in the planned template only',
    elsewhere: 'What the holding stack then really has is not looked at, and the check can be skipped.',
    here: 'Every template that is submitted carries Retain for what it takes; that is no validation, and nothing skips it.',
    test: { file: SAFEGUARDS, name: 'what is parked is retained by the live template of its holding stack' },
    change: {
      file: 'src/refactor/literal.rs',
      from: 'for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {',
      to: 'for policy in ["UpdateReplacePolicy"] {',
    },
  },
  {
    id: 'H-80',
    title: 'Taking Gen 1 down skips the root stack',
    elsewhere:
      'Custom resources of the root still run their delete handlers; roles that are in use, parameters and the environment of Amplify stay or go unchecked.',
    here: 'Gen 1 stays as it is, locked.',
    absent: 'no command takes Gen 1 down',
  },
  {
    id: 'H-81',
    title: 'Somebody pushes Gen 1 again, and Retain is gone',
    elsewhere: 'Policies that were set through the templates are undone by the next push.',
    here: 'The lock denies every update of the root, so a push is refused for as long as it holds. (That orphans keep their names is a matter of taking Gen 1 down, which is not in this version.)',
    test: { file: '__test__/e2e/lock.test.mjs', name: 'an update of the root is refused while it is locked' },
    change: {
      file: 'src/lock/policy.rs',
      from: 'json!({ "Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*" })',
      to: 'json!({ "Effect": "Deny", "Action": "Update:Delete", "Principal": "*", "Resource": "*" })',
    },
  },
  {
    id: 'H-82',
    title: 'After a rollback production stays retained and literal',
    elsewhere: 'The next push makes it symbolic again, and brings the old deletion policies back unseen.',
    here: 'A rollback gives the recorded templates back; `lock --rollback` then takes away exactly the policies that locking had set.',
    test: {
      file: 'src/lock/tests/mod.rs',
      name: 'locking_protects_everything_and_unlocking_restores_every_byte',
    },
    change: {
      file: 'src/lock/protection.rs',
      from: 'None => holder.shift_remove(name),',
      to: 'None => holder.insert(name.to_owned(), "Delete".into()),',
    },
  },
  {
    id: 'H-82',
    here: 'Without any journal a stack gets the template back that was deployed last, with the protection of the lock, where it provably describes the same resources and outputs; where not, the stack is named.',
    test: {
      file: 'src/refactor/tests/rollback.rs',
      name: 'without_a_journal_the_templates_that_were_deployed_last_return_where_they_describe_the_same',
    },
    change: {
      file: 'src/refactor/rollback.rs',
      from: 'pushed.get(stack).filter(|pushed| has_outputs_of(pushed, &live))',
      to: 'pushed.get(stack)',
    },
  },
];
