/** What is remembered of a run, and what is left of it. */

const FILES = 'src/refactor/tests/files.rs';

/** @type {import('../row.mjs').Row[]} */
export const rows = [
  {
    id: 'H-57',
    title: 'The automatic rollback after a failure',
    elsewhere:
      'It is planned without knowledge of what was done and without validation; when it fails itself, it hides the first cause.',
    here: 'What was done is planned back from the live stacks, with every safety invariant; the first cause stays the error, what came later is told beside it.',
    test: {
      file: '__test__/e2e/bad-input.test.mjs',
      name: 'in the middle of a refactor: CreateStackRefactor, refuse; all is taken back and the way out is still told',
    },
    change: {
      file: 'src/migration/undo.rs',
      from: 'rollback: true,\n            ..self.request.clone()',
      to: '..self.request.clone()',
    },
  },
  {
    id: 'H-58',
    title: 'The mark of the environment is one variable of the app',
    elsewhere: 'The whole map of variables is written back: what somebody else changed meanwhile is lost.',
    here: 'Variables are read again right before they are written; those that are there stay as they are. The mark of another environment is refused.',
    test: {
      file: '__test__/e2e/lock.test.mjs',
      name: 'a policy and variables that were there are kept, and come back',
    },
    change: {
      file: 'src/lock/execution/app.rs',
      from: 'variables.insert(MARKER_VARIABLE.to_owned(), environment.clone());',
      to: 'variables = [(MARKER_VARIABLE.to_owned(), environment.clone())].into_iter().collect();',
    },
  },
  {
    id: 'H-65',
    title: 'Refactor, rollback, refactor',
    elsewhere: 'What the holding stack remembers is written twice, and wrong.',
    here: 'A rollback deletes the holding stacks; the next refactor begins anew, after a rollback without journal as well.',
    test: {
      file: '__test__/e2e/migration.test.mjs',
      name: 'rollback brings back both trees exactly, and refactor works again after it',
    },
    change: {
      file: 'src/refactor/rollback.rs',
      from: 'assembly.delete(&holding_stack, DeleteReason::EmptyHolding, &unit.group);',
      to: '',
    },
  },
  {
    id: 'H-66',
    title: 'The holding stack was deleted before a rollback',
    elsewhere: 'There is nothing to do, it says, while production is still in Gen 2.',
    here: 'The journal tells what moved, else the outputs of the Gen 1 stacks do; what nothing tells is an error.',
    test: {
      file: 'src/refactor/tests/rollback.rs',
      name: 'a_rollback_without_journal_and_holding_stacks_finds_what_belongs_to_gen1',
    },
    change: {
      file: 'src/refactor/rollback.rs',
      from: 'let inferred = inferred_moves(landscape, nested_id, stack)?;',
      to: 'let inferred: Vec<RecordedMove> = inferred_moves(landscape, nested_id, stack)?.into_iter().skip(99).collect();',
    },
  },
  {
    id: 'H-76',
    title: 'Names of files that are too long',
    elsewhere: 'Every file is called by a hash of its path, which differs between operating systems.',
    here: 'Only names that are too long become hashes, of the name alone; a file lists them.',
    test: { file: FILES, name: 'long_names_become_hashes_that_are_listed' },
    change: {
      file: 'src/refactor/files.rs',
      from: 'const MAXIMUM_NAME: usize = 200;',
      to: 'const MAXIMUM_NAME: usize = 400;',
    },
  },
  {
    id: 'H-78',
    title: 'Attributes that can only be read from the service',
    elsewhere: 'One generic reading call, which not every type has; nested attributes stay symbolic.',
    here: 'Attributes that do not follow from rules are asked for by name, and only when something needs them.',
    test: {
      file: 'src/refactor/tests/templates.rs',
      name: 'attributes_that_cannot_be_derived_are_asked_for_and_only_when_needed',
    },
    change: {
      file: 'src/refactor/literal.rs',
      from: 'if !preparation.needed.is_empty() {',
      to: 'if preparation.needed.len() > 1 {',
    },
  },
];
