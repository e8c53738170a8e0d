/** Hazards that no test shows yet: a row with a test takes the place of the one here. */

const WHY = 'no test names it yet';

/** @type {import('../row.mjs').Row[]} */
export const rows = [
  {
    id: 'H-7',
    title: 'The execution of the move fails',
    elsewhere: 'CloudFormation rolls it back, and what was parked stays parked.',
    here: 'The failure is told with the reason of the service, and what was done is taken back.',
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
    id: 'H-79',
    title: 'Tables of models are found by the beginning of their names',
    elsewhere: 'Models that begin alike, or are renamed, are mixed up or missed.',
    here: 'Tables are found by the stacks that own them.',
    untested: WHY,
  },
];
