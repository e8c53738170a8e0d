/** Runs that end in the middle: every operation is planned from what is live. */

const PLAN = 'src/refactor/tests/plan.rs';
const ASSEMBLY = 'src/refactor/assembly.rs';
const ROLLBACK = 'src/refactor/rollback.rs';

/** @type {import('../row.mjs').Row[]} */
export const rows = [
  {
    id: 'H-1',
    title: 'It dies after the update of the Gen 1 stack',
    elsewhere: 'The template stays literal; another run begins from the start and sends the same update again.',
    here: 'The next run plans from the live stacks: what is done is not planned again, the rest is finished or taken back.',
    test: { file: PLAN, name: 'a_run_that_ended_anywhere_is_finished_by_the_next' },
    change: { file: ASSEMBLY, from: 'if same_template(&before, &after) {', to: 'if false {' },
  },
  {
    id: 'H-2',
    title: 'It dies after the update of the Gen 2 stack',
    elsewhere: 'As above, for the other stack.',
    here: 'A stack whose template already means what it should mean is left alone, on both sides.',
    test: { file: PLAN, name: 'a_run_that_ended_anywhere_can_be_taken_back' },
    change: {
      file: ROLLBACK,
      from: 'restore_templates(&mut assembly, unit, record, input.pushed, &mut findings);',
      to: 'if !unit.back.is_empty() { restore_templates(&mut assembly, unit, record, input.pushed, &mut findings); }',
    },
  },
  {
    id: 'H-5',
    title: 'It dies between parking and moving',
    elsewhere:
      'Another run finds no target and fails while planning. The rollback sees no Gen 2 resources, does nothing and says that it is done: the parked resources stay where they are.',
    here: 'Targets are looked for in the Gen 2 stack and in its holding stack: both directions go on from there.',
    test: { file: PLAN, name: 'a_run_that_ended_anywhere_is_finished_by_the_next' },
    change: {
      file: 'src/refactor/landscape.rs',
      from: 'let usable = self.holding(&stack.name)? == HoldingState::Usable;',
      to: 'let usable = self.holding(&stack.name)? == HoldingState::Shell;',
    },
  },
  {
    id: 'H-6',
    title: 'The execution of parking fails and leaves a shell of the holding stack',
    elsewhere: 'A later version takes the shell for a conflict, and its rollback dies reading the empty template.',
    here: 'A stack in review without any resource counts as absent, and is deleted first, in both directions.',
    test: { file: 'src/refactor/tests/stacks.rs', name: 'a_shell_is_deleted_first_and_counts_as_absent' },
    change: {
      file: 'src/refactor/landscape.rs',
      from: 'if is_shell(&stack.status, stack.resources.len()) {',
      to: 'if is_shell(&stack.status, stack.resources.len() + 1) {',
    },
  },
  {
    id: 'H-8',
    title: 'A rollback dies after moving back, before the parked resources are restored',
    elsewhere: 'Gen 1 is whole, Gen 2 is empty; another rollback finds nothing to move and never restores.',
    here: 'Restoring is planned by what waits in the holding stack, whether or not anything has to move back.',
    test: { file: PLAN, name: 'a_rollback_that_ended_anywhere_is_finished_by_the_next' },
    change: {
      file: ROLLBACK,
      from: 'restore_parked(assembly, unit, &holding_stack);',
      to: 'if !unit.back.is_empty() { restore_parked(assembly, unit, &holding_stack); }',
    },
  },
  {
    id: 'H-9',
    title: 'A rollback dies before the emptied holding stack is deleted',
    elsewhere: 'An empty stack stays.',
    here: 'A holding stack with nothing but the placeholder is deleted by the next run.',
    test: { file: PLAN, name: 'a_rollback_that_ended_anywhere_is_finished_by_the_next' },
    change: {
      file: ROLLBACK,
      from: 'assembly.delete(&holding_stack, DeleteReason::EmptyHolding, &unit.group);',
      to: 'if !unit.parked.is_empty() { assembly.delete(&holding_stack, DeleteReason::EmptyHolding, &unit.group); }',
    },
  },
  {
    id: 'H-9',
    here: 'Before it is deleted the holding stack gets a stack policy, which keeps every refactor out, and is looked at again: nobody can move anything in between the look and the deletion.',
    test: {
      file: '__test__/e2e/journal.test.mjs',
      name: 'nobody can move anything into a holding stack that is about to be deleted',
    },
    change: {
      file: 'src/refactor/execute/deletion.rs',
      from: 'if is_open(&found.status) {',
      to: 'if !is_open(&found.status) {',
    },
  },
  {
    id: 'H-11',
    title: 'A wait takes longer than the tool expects',
    elsewhere:
      'After 10, 15 or 60 minutes it counts as a failure, and the automatic rollback begins while CloudFormation is still working.',
    here: 'No wait has a limit. A run that follows an interrupted one waits for what that one had begun.',
    test: {
      file: '__test__/e2e/crash.test.mjs',
      name: 'a second run waits for what the first had begun at the service',
    },
    change: {
      file: 'src/refactor/execute/planning.rs',
      from: 'if !was_interrupted || busy.is_empty() {',
      to: 'if was_interrupted || busy.is_empty() {',
    },
  },
];
