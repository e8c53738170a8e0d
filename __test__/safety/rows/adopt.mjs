/** Domains, identity providers and groups of user pools: they go with their pool, and back. */

const E2E = '__test__/e2e/hosted-ui.test.mjs';
const PLAN = 'src/refactor/tests/hosted_ui.rs';
const FORWARD = 'src/refactor/forward.rs';
const HOSTED_UI = 'src/refactor/hosted_ui/forward.rs';
const DEFINITION = 'src/refactor/hosted_ui/definition.rs';
const UPDATE = 'src/refactor/execute/update.rs';
const ASSEMBLY = 'src/refactor/assembly.rs';

/** @type {import('../row.mjs').Row[]} */
export const rows = [
  {
    id: 'H-48',
    title: 'The domain of the hosted UI',
    elsewhere:
      'Gen 1 has none in CloudFormation, Gen 2 has one: it is parked, and the next deployment asks for a domain on a pool that has one, and fails.',
    here: 'The Gen 2 stack lets its own domain go and imports the one of the Gen 1 user pool, under its live name, which is the one that the next deployment asks for.',
    test: { file: PLAN, name: 'gen2_lets_its_own_go_and_takes_over_those_of_the_pool_that_it_gets' },
    change: {
      file: DEFINITION,
      from: 'properties.insert("Domain".into(), live.name.clone().into());',
      to: 'properties.entry("Domain").or_insert(live.name.clone().into());',
    },
  },
  {
    id: 'H-48',
    here: 'A domain of Gen 2 for which the Gen 1 user pool has no counterpart is refused before the first change.',
    test: { file: PLAN, name: 'a_domain_that_gen1_has_not_is_known_before_the_first_change' },
    change: {
      file: HOSTED_UI,
      from: 'None if matches!(Part::of(released), Part::Domain | Part::CustomDomain) => {',
      to: 'None if matches!(Part::of(released), Part::CustomDomain) => {',
    },
  },
  {
    id: 'H-48',
    here: 'Domain and providers are the same before, after the refactor, after the next deployment and after the rollback.',
    test: {
      file: E2E,
      name: 'the next Gen 2 deployment leaves domain and providers as they are, and rollback works after it',
    },
    change: {
      file: FORWARD,
      from: 'assembly.adopt(&unit.gen2_stack, adopt.collect(), &group);',
      to: 'assembly.adopt(&unit.gen2_stack, adopt.take(1).collect(), &group);',
    },
  },
  {
    id: 'H-69',
    title: 'It dies between orphaning and importing the domain and the identity providers',
    elsewhere: 'They are never imported, and the rollback cannot be planned.',
    here: 'What was let go is remembered in the journal and in the holding stack; what is missing is planned from the live stacks, with the journal and without, forward and back.',
    test: { file: PLAN, name: 'a_run_that_ended_anywhere_is_finished_by_the_next' },
    change: {
      file: FORWARD,
      from: 'units.extend(unfinished(&mut landscape, &units)?);',
      to: 'let _ = unfinished(&mut landscape, &units)?;',
    },
  },
  {
    id: 'H-69',
    here: 'The rollback takes over again what was let go, wherever the refactor ended.',
    test: { file: PLAN, name: 'a_run_that_ended_anywhere_can_be_taken_back' },
    change: {
      file: 'src/refactor/hosted_ui/restoration.rs',
      from: 'None => restoration.adopt.push(Adoption::of(released)),',
      to: 'None => {}',
    },
  },
  {
    id: 'H-70',
    here: 'Orphaning and importing go the same way as every update: by change sets that keep every parameter, in which nothing else may happen.',
    test: { file: PLAN, name: 'nothing_else_may_happen_in_the_change_sets_of_a_release_and_an_adoption' },
    change: {
      file: ASSEMBLY,
      from: 'after.insert("Resources", &import.logical_id, definition);',
      to: 'after.insert("Resources", &import.logical_id, definition); after.remove("Outputs", "domain");',
    },
  },
  {
    id: 'H-71',
    title: 'Change sets are made when planning',
    elsewhere: 'Declining leaves them behind, and the first execution outdates the others.',
    here: 'Planning makes none; each is made, looked at and executed in its turn. What a release removes must be said to be retained.',
    test: { file: UPDATE, name: 'what_is_let_go_must_be_retained_and_what_is_taken_over_must_be_imported' },
    change: { file: UPDATE, from: 'Some("Retain") => true,', to: 'Some("Retain" | "Delete") => true,' },
  },
  {
    id: 'H-72',
    title: 'Identity providers are imported without their settings',
    elsewhere:
      'Details and attribute mapping are empty in the template: the next update of the stack that touches them pushes that.',
    here: "The template has Gen 2's own definition where it says what is live, the live values where it does not, and never a secret: the reference to Gen 2's secret stays.",
    test: { file: PLAN, name: 'the_template_says_what_is_live_and_never_a_secret' },
    change: {
      file: DEFINITION,
      from: 'Some(details) if !is_secret && !details.get(name).is_some_and(is_symbolic) => {',
      to: 'Some(details) if is_secret => {',
    },
  },
  {
    id: 'H-72',
    here: 'No secret of a provider is written to disk or shown.',
    test: { file: DEFINITION, name: 'live_values_are_written_and_secrets_are_not' },
    change: {
      file: DEFINITION,
      from: 'Some(details) if !is_secret && !details.get(name).is_some_and(is_symbolic) => {',
      to: 'Some(details) if !is_secret => {',
    },
  },
  {
    id: 'H-73',
    title: 'An update that two categories need is planned once',
    elsewhere: 'When the category that claimed it is skipped or fails, the other takes it for done.',
    here: 'What belongs to one Gen 2 stack is one unit, and every operation is planned on what the ones before it leave: the pool, its groups and its hosted UI share one preparation.',
    test: { file: PLAN, name: 'pool_groups_and_hosted_ui_share_one_preparation' },
    change: {
      file: FORWARD,
      from: 'match units.iter_mut().find(|unit| unit.gen2_stack == pair.target.stack) {',
      to: 'match units.iter_mut().find(|unit| unit.gen2_stack == pair.target.stack && unit.pairs.is_empty()) {',
    },
  },
  {
    id: 'H-49',
    title: 'Roles of user-pool groups stay in a Gen 1 stack',
    elsewhere: 'They go when that stack is deleted.',
    here: 'Groups move with the ARN of the role that they have, literally; the roles stay in the Gen 1 stack, which the tool never deletes.',
    test: { file: PLAN, name: 'groups_keep_the_role_that_they_have' },
    change: {
      file: 'src/refactor/pairing/auth.rs',
      from: 'types: &["AWS::Cognito::UserPoolGroup"],',
      to: 'types: &[],',
    },
  },
];
