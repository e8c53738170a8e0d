/** The journal, its copy in the deployment bucket, and who may work on an environment. */

const RUNS = '__test__/e2e/journal.test.mjs';
const JOURNAL = 'src/journal/tests.rs';
const REDEPLOYED = 'src/refactor/tests/redeployed.rs';
const PLANNING = 'src/refactor/execute/planning.rs';

/** @type {import('../row.mjs').Row[]} */
export const rows = [
  {
    id: 'H-1',
    here: 'What a rollback needs is in the deployment bucket before the first change: another machine goes on when this one is lost.',
    test: {
      file: RUNS,
      name: 'what a rollback needs is in the bucket before the first change, and the lease is given back at the end',
    },
    change: {
      file: 'src/refactor/execute/step.rs',
      from: 'context: serde_json::to_value(&self.plan.record).unwrap_or_default(),',
      to: 'context: serde_json::Value::Null,',
    },
  },
  {
    id: 'H-3',
    title: 'It dies right after a refactor was ordered',
    elsewhere: 'The refactor stays unexecuted; nobody looks for it.',
    here: 'Descriptions carry run and operation: what is ours is recognised. A refactor that was not executed changes nothing, and the next run orders its own.',
    test: { file: 'src/refactor/execute/reattach.rs', name: 'only_descriptions_with_run_and_operation_are_ours' },
    change: { file: 'src/refactor/execute/reattach.rs', from: '/[a-z0-9-]+\\]$"', to: '\\]$"' },
  },
  {
    id: 'H-4',
    title: 'It dies while a refactor is being executed',
    elsewhere: 'Another run is refused, for the stacks are being updated.',
    here: 'The next run, on whatever machine, waits until the stacks are at rest, then sees what has happened and goes on.',
    test: {
      file: '__test__/e2e/crash.test.mjs',
      name: 'a second run waits for what the first had begun at the service',
    },
    change: {
      file: 'src/refactor/execute/planning.rs',
      from: 'if !was_interrupted || busy.is_empty() {',
      to: 'if !was_interrupted || !busy.is_empty() {',
    },
  },
  {
    id: 'H-5',
    here: 'Another machine takes back what was parked, from the copy of the journal.',
    test: {
      file: RUNS,
      name: 'another machine with an empty folder takes everything back from the copy of the journal',
    },
    change: {
      file: 'src/journal/place.rs',
      from: 'runs: record::runs(&merge(&copy.entries, &disk)),\n            is_held,',
      to: 'runs: record::runs(&disk),\n            is_held: false,',
    },
  },
  {
    id: 'H-10',
    title: 'The first category is done, the second fails',
    elsewhere: 'The automatic rollback takes the first back, too, without asking.',
    here: 'What was done is taken back, unless `--no-rollback` asks to stop there; one category is whole again before the next is begun.',
    test: {
      file: 'src/refactor/tests/rollback.rs',
      name: 'a_rollback_finishes_one_category_before_it_begins_the_next',
    },
    change: {
      file: 'src/refactor/rollback.rs',
      from: 'plan_unit(&landscape, &mut assembly, unit)?;\n        restore_templates(',
      to: 'plan_unit(&landscape, &mut assembly, unit)?;\n    }\n    for unit in &units {\n        restore_templates(',
    },
  },
  {
    id: 'H-11',
    here: 'Nobody rolls back over a run that still works: its lease is renewed, and a run whose lease was taken over stops before its next change.',
    test: { file: RUNS, name: 'a run that was taken over stops before its next change and takes nothing back' },
    change: {
      file: 'src/journal/copy.rs',
      from: 'if let Some(Loss { by }) = lock(&self.loss).clone() {',
      to: 'if let Some(Loss { by }) = None::<Loss> {',
    },
  },
  {
    id: 'H-36',
    title: 'Somebody else deploys meanwhile',
    elsewhere: 'Templates are read when planning and applied after the question: what came between is lost.',
    here: 'Template, parameters and tags of a stack are compared with those of the plan right before each change; another one stops the run before that step.',
    test: {
      file: RUNS,
      name: 'a stack whose tags somebody edits between planning and the step stops it before that step',
    },
    change: {
      file: 'src/refactor/execute/wait.rs',
      from: 'return match run.target.baseline.difference(&found) {',
      to: 'return match run.target.baseline.difference(&found).filter(|_| false) {',
    },
  },
  {
    id: 'H-36',
    here: 'A second operator is kept out, with the name of the first, from lock, refactor and their rollbacks.',
    test: {
      file: RUNS,
      name: 'a second operator is kept out by name, and the lease of a lost machine ends by itself',
    },
    change: {
      file: 'src/journal/lease.rs',
      from: '(!left.is_zero()).then_some(left)',
      to: '(left.is_zero()).then_some(left)',
    },
  },
  {
    id: 'H-36',
    here: 'Of two who claim an environment at the same time one succeeds: the claim is a conditional write.',
    test: { file: JOURNAL, name: 'of_two_operators_one_is_kept_out_and_told_who_the_other_is' },
    change: { file: 'src/journal/claim.rs', from: 'self.ensure_free(lease, &copy)?;', to: '' },
  },
  {
    id: 'H-36',
    here: 'A run whose lease could not be renewed, because the bucket is out of reach or the machine has slept, stops before somebody else may hold it.',
    test: { file: JOURNAL, name: 'a_run_that_could_not_renew_its_lease_stops_before_somebody_else_may_hold_it' },
    change: {
      file: 'src/journal/copy.rs',
      from: 'if age < LAST_CHANGE {',
      to: 'if age < LAST_CHANGE * 100 {',
    },
  },
  {
    id: 'H-36',
    here: 'A deployment of Gen 2 while its resources are parked makes new, empty ones in their place. A refactor parks these as well; a rollback leaves both where they are, names them, and brings everything of Gen 1 home.',
    test: {
      file: REDEPLOYED,
      name: 'a_refactor_parks_the_new_resources_beside_the_old_ones_and_can_be_taken_back',
    },
    change: {
      file: 'src/refactor/landscape.rs',
      from: '|| is_made_since(candidate, &moved_in)',
      to: '|| is_made_since(candidate, &[])',
    },
  },
  {
    id: 'H-36',
    here: 'What is parked is not put in the place of what a deployment has made since.',
    test: {
      file: REDEPLOYED,
      name: 'a_rollback_leaves_what_is_parked_where_new_resources_have_its_place_and_says_so',
    },
    change: {
      file: 'src/refactor/rollback.rs',
      from: 'if place.is_none() && is_last {',
      to: 'if is_last {',
    },
  },
  {
    id: 'H-36',
    here: 'A deployment without `postRefactor()` replaces a moved resource, which is retained and owned by nobody then: a refactor stops and says so, a rollback gives it back to Gen 1 by an import, under its original definition.',
    test: {
      file: REDEPLOYED,
      name: 'what_a_deployment_has_replaced_is_given_back_to_gen1_by_an_import',
    },
    change: {
      file: 'src/refactor/rollback.rs',
      from: 'assembly.give_back(gen1_stack, given_back.collect(), &unit.group);',
      to: 'drop(given_back);',
    },
  },
  {
    id: 'H-36',
    here: 'What does not exist any more, or was defined nobody knows how, is named with its successor, the reason and the way out.',
    test: {
      file: REDEPLOYED,
      name: 'what_cannot_be_given_back_is_named_with_the_reason_and_the_way_out',
    },
    change: {
      file: 'src/refactor/give_back.rs',
      from: 'Some(Existence::Gone) => return Err(one.error(LostCause::Gone)),',
      to: 'Some(Existence::Gone) => {}',
    },
  },
  {
    id: 'H-65',
    here: 'Templates, parameters, tags, policies, owners and live configuration are as before, each time.',
    test: { file: RUNS, name: 'refactor and rollback, twice: everything is as before each time' },
    change: {
      file: 'src/refactor/rollback.rs',
      from: 'match original.filter(|original| changes_nothing(assembly, stack, original)) {',
      to: 'match original.filter(|_| false) {',
    },
  },
  {
    id: 'H-66',
    here: 'What was parked there is told by name and fails a validation; Gen 1 gets its own back on demand.',
    test: {
      file: 'src/refactor/tests/rollback.rs',
      name: 'what_was_parked_in_a_deleted_holding_stack_is_told_by_name_and_gen1_gets_its_own_back',
    },
    change: { file: 'src/refactor/rollback.rs', from: '!waits && !is_back', to: '!waits && is_back' },
  },
  {
    id: 'H-75',
    title: 'What lies in the deployment bucket',
    elsewhere: 'Templates stay there; the address is right in one partition only.',
    here: 'Templates are removed after the call; what a crash left is removed by the next run. What stays is the copy of the journal, without secrets and parameter values.',
    test: { file: RUNS, name: 'another machine with an empty folder goes on from the copy of the journal' },
    change: {
      file: 'src/journal/claim.rs',
      from: 'if self.take_over || lease.is_of_folder',
      to: 'if lease.is_of_folder',
    },
  },
  {
    id: 'H-77',
    title: 'Waiting has a limit',
    elsewhere: 'After 15 minutes it rolls back, although the service continues.',
    here: 'No wait has a limit; a run that follows an interrupted one waits as well.',
    test: {
      file: '__test__/e2e/crash.test.mjs',
      name: 'a second run waits for what the first had begun at the service',
    },
    change: {
      file: PLANNING,
      from: 'stacks = read_stacks_now(request, gen2_root).await?;\n    }\n}',
      to: 'return Ok(stacks);\n    }\n}',
    },
  },
];
