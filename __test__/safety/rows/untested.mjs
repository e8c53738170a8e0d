/** Hazards that no test shows yet: a row with a test takes the place of the one here. */

const WHY = 'no test names it yet';

/** @type {import('../row.mjs').Row[]} */
export const rows = [
  {
    id: 'H-3',
    title: 'It dies right after a refactor was ordered',
    elsewhere: 'The refactor stays unexecuted; nobody looks for it.',
    here: 'A refactor that was not executed changes nothing, and the next run orders its own; a lost answer is looked up by the description, which carries run and operation.',
    untested: WHY,
  },
  {
    id: 'H-4',
    title: 'It dies while a refactor is being executed',
    elsewhere: 'Another run is refused, for the stacks are being updated.',
    here: 'The next run waits until the stacks are at rest, then sees what has happened.',
    untested: WHY,
  },
  {
    id: 'H-7',
    title: 'The execution of the move fails',
    elsewhere: 'CloudFormation rolls it back, and what was parked stays parked.',
    here: 'The failure is told with the reason of the service, and what was done is taken back.',
    untested: WHY,
  },
  {
    id: 'H-10',
    title: 'The first category is done, the second fails',
    elsewhere: 'The automatic rollback takes the first back, too, without asking.',
    here: 'What was done is taken back, unless `--no-rollback` asks to stop there.',
    untested: WHY,
  },
  {
    id: 'H-15',
    title: 'More than a hundred resources, or more than one page of anything',
    elsewhere: 'Only the first page is read: resources and changes are missed, and a change set counts as unchanged.',
    here: 'Every list is read page by page.',
    untested: WHY,
  },
  {
    id: 'H-21',
    title: 'Termination protection',
    elsewhere: 'Holding stacks have none.',
    here: 'A holding stack is deleted only when it owns nothing but the placeholder, checked right before the call.',
    untested: WHY,
  },
  {
    id: 'H-23',
    title: 'A stack works with a role of its own, or has other settings',
    elsewhere: 'They are not sent, and so are kept; that the role may lack rights is not told.',
    here: 'They are not sent, and so are kept.',
    untested: WHY,
  },
  {
    id: 'H-24',
    title: 'The parent has an outdated view of a stack that was updated by itself',
    elsewhere: 'A later update of the root makes the moved resources anew, beside those with the data.',
    here: 'Gen 1 stays locked, and unlocking is refused while resources are moved away.',
    untested: WHY,
  },
  {
    id: 'H-25',
    title: 'Outputs with exports',
    elsewhere: 'A changed value of an export that is in use fails in the middle.',
    here: 'Outputs keep the values that the service computed, and their exports.',
    untested: WHY,
  },
  {
    id: 'H-34',
    title: 'Metadata of Gen 1 travels along',
    elsewhere: 'As it is.',
    here: 'As it is; the next deployment writes that of CDK.',
    untested: WHY,
  },
  {
    id: 'H-36',
    title: 'Somebody else deploys meanwhile',
    elsewhere: 'Templates are read when planning and applied after the question: what came between is lost.',
    here: 'The live template is compared with the expected one right before each change; a second operator is kept out.',
    untested: WHY,
  },
  {
    id: 'H-50',
    title: 'Sign-ups between the move and the next deployment',
    elsewhere: 'They land in the parked pool and are lost.',
    here: 'It is told before the question.',
    untested: WHY,
  },
  {
    id: 'H-63',
    title: 'Names that Gen 2 writes otherwise',
    elsewhere: 'A name with an underscore or in capitals is not found.',
    here: 'Names are compared as CDK writes them, where they do not match exactly.',
    untested: WHY,
  },
  {
    id: 'H-75',
    title: 'Templates in the deployment bucket',
    elsewhere: 'They stay there.',
    here: 'They are removed after the call; what a crash left is removed by the next run.',
    untested: WHY,
  },
  {
    id: 'H-77',
    title: 'Waiting has a limit',
    elsewhere: 'After 15 minutes it rolls back.',
    here: 'No wait has a limit.',
    untested: WHY,
  },
  {
    id: 'H-79',
    title: 'Tables of models are found by the beginning of their names',
    elsewhere: 'Models that begin alike, or are renamed, are mixed up or missed.',
    here: 'Tables are found by the stacks that own them.',
    untested: WHY,
  },
];
