/** What templates and the service's rules can do to a move. */

const PLAN = 'src/refactor/tests/plan.rs';
const TEMPLATES = 'src/refactor/tests/templates.rs';
const LITERAL = 'src/refactor/literal.rs';
const KNOWLEDGE = 'src/refactor/knowledge.rs';
const SAFEGUARDS = '__test__/e2e/safeguards.test.mjs';
const CLIENT = 'src/cloud/cloudformation/client.rs';
const EVALUATE = 'src/cloudformation/evaluate/tests.rs';

/** @type {import('../row.mjs').Row[]} */
export const rows = [
  {
    id: 'H-12',
    title: 'The Gen 2 stack holds nothing but what is parked',
    elsewhere: 'No placeholder is added on that side: the refactor would leave an empty stack and is refused.',
    here: 'Whether a stack would become empty is decided by what is deployed, conditions evaluated, on both sides; an update adds the placeholder before.',
    test: { file: PLAN, name: 'stacks_that_would_become_empty_get_a_placeholder_before' },
    change: {
      file: LITERAL,
      from: 'let left = stack.resources.keys().any(|logical_id| !leaving.contains(logical_id));',
      to: 'let left = stack.template.resources().any(|resource| !leaving.contains(resource.logical_id));',
    },
  },
  {
    id: 'H-13',
    title: 'The placeholder is of a type that cannot move',
    elsewhere: 'It stays in the stacks for ever.',
    here: 'It only ever stays where it is; what would move it is refused before the first change, and a rollback takes it away.',
    test: { file: 'src/cloudformation/simulate/tests.rs', name: 'immovable_types_and_pseudo_parameters_are_refused' },
    change: {
      file: 'src/cloudformation/simulate/refactor.rs',
      from: 'if let Some(reason) = limits::cannot_move(&resource.resource_type) {',
      to: 'if let Some(reason) = limits::cannot_move(&resource.resource_type).filter(|_| false) {',
    },
  },
  {
    id: 'H-14',
    title: 'A template is larger than a request may be',
    elsewhere: 'Templates go in the request, whose limit is 51,200 bytes.',
    here: 'Templates are sent without white space; larger ones go through the deployment bucket under a name of their own and are removed afterwards; beyond 1 MB it is an error before the first change.',
    test: { file: 'src/cloud/stack_update/hand_over.rs', name: 'what_cannot_be_handed_over_is_named_with_its_limit' },
    change: {
      file: 'src/cloud/stack_update/hand_over.rs',
      from: 'if size > MAXIMUM_TEMPLATE {',
      to: 'if size > 2 * MAXIMUM_TEMPLATE {',
    },
  },
  {
    id: 'H-16',
    title: 'CloudFormation throttles',
    elsewhere: 'Three attempts of the SDK; then the step fails in the middle.',
    here: 'Reads and calls with a token are repeated at a slower pace; lasting throttling ends with an error of its own.',
    test: { file: '__test__/e2e/lock.test.mjs', name: 'a call that is throttled or fails for a moment is repeated' },
    change: {
      file: 'src/cloud/configuration.rs',
      from: 'const READ_ATTEMPTS: u32 = 8;',
      to: 'const READ_ATTEMPTS: u32 = 1;',
    },
  },
  {
    id: 'H-17',
    title: 'A parameter is a secret (NoEcho)',
    elsewhere: 'CloudFormation tells `****`, and `****` is sent back as the new value: the real secret is overwritten.',
    here: 'Parameters keep their previous values, none is ever sent. What would move and refers to a secret stays, by name.',
    test: { file: TEMPLATES, name: 'secrets_in_what_moves_are_refused' },
    change: {
      file: 'src/cloudformation/evaluate/parameters.rs',
      from: 'if declaration.no_echo() {',
      to: 'if declaration.no_echo() && given.is_none() {',
    },
  },
  {
    id: 'H-18',
    title: 'A parameter is the name of an SSM parameter',
    elsewhere: 'The name is written in the place of the value.',
    here: 'The value that CloudFormation resolved is used.',
    test: { file: TEMPLATES, name: 'ssm_parameters_are_frozen_to_their_values' },
    change: { file: KNOWLEDGE, from: '&parameter.resolved_value', to: '&parameter.parameter_value' },
  },
  {
    id: 'H-19',
    title: 'A template has a macro',
    elsewhere: 'The source of the macro is submitted, which the service refuses in the middle.',
    here: 'What lies in such a stack is left out before the first change, with the stack and the macro named; the rest moves.',
    test: { file: TEMPLATES, name: 'macros_and_unknown_expressions_are_refused' },
    change: {
      file: LITERAL,
      from: 'if let Some(name) = stack.template.transforms().first() {',
      to: 'if let Some(name) = stack.template.transforms().get(1) {',
    },
  },
  {
    id: 'H-22',
    title: 'Tags of the stacks',
    elsewhere: 'An empty list of tags is sent with every update, which takes all tags away and touches the resources.',
    here: 'Tags are never sent: the stacks keep theirs.',
    test: { file: SAFEGUARDS, name: 'stacks are changed by change sets that were looked at, and none is left' },
    change: {
      file: CLIENT,
      from: '.include_nested_stacks(false)',
      to: '.include_nested_stacks(false).set_tags(Some(Vec::new()))',
    },
  },
  {
    id: 'H-26',
    title: 'What stays refers to what moves, in `Fn::Sub` or in a text',
    elsewhere: '`Fn::Sub` is not made literal: the service refuses the template for a dangling reference.',
    here: 'Every intrinsic function is evaluated wherever it stands; that no symbol crosses the boundary is checked on every template before the first change.',
    test: { file: PLAN, name: 'every_submitted_template_is_closed_and_retains_what_moves' },
    change: {
      file: LITERAL,
      from: 'Some((function @ ("Ref" | "Fn::GetAtt" | "Fn::Sub"), argument))',
      to: 'Some((function @ ("Ref" | "Fn::GetAtt"), argument))',
    },
  },
  {
    id: 'H-27',
    title: 'A template is YAML, with short forms',
    elsewhere: 'Reading it as JSON fails.',
    here: 'YAML with short forms, anchors and merge keys is read like JSON.',
    test: { file: TEMPLATES, name: 'templates_may_be_yaml' },
    change: {
      file: 'src/cloudformation/yaml.rs',
      from: '| "Sub"\n',
      to: '| "Subs"\n',
    },
  },
  {
    id: 'H-28',
    title: 'An attribute other than the ARN is needed',
    elsewhere: 'The physical id is written in its place: a wrong value, without a word.',
    here: 'Attributes follow from documented rules or are read from the service; what is not known keeps its resource where it is, and is never guessed.',
    test: { file: 'src/cloudformation/attribute.rs', name: 'what_does_not_follow_is_not_guessed' },
    change: {
      file: 'src/cloudformation/attribute.rs',
      from: '_ => return None,\n    };\n    Some(Value::String(text))',
      to: '_ => physical_id.into(),\n    };\n    Some(Value::String(text))',
    },
  },
  {
    id: 'H-29',
    title: 'Parameters of other types than text',
    elsewhere: 'Numbers and booleans become texts, lists are split without trimming.',
    here: 'Values have the type that the template declares.',
    test: { file: EVALUATE, name: 'every_function_with_known_arguments' },
    change: {
      file: 'src/cloudformation/evaluate/parameters.rs',
      from: 'Ok(number) if number.to_string() == text => Value::Number(number),',
      to: 'Ok(number) if number.to_string().is_empty() => Value::Number(number),',
    },
  },
  {
    id: 'H-30',
    title: 'Files of the planned operations lie in the work tree',
    elsewhere: 'Client secrets of OAuth and the private key for Apple are written there in clear.',
    here: 'Parameters are written as keys with their previous values, in a folder that git ignores.',
    test: { file: PLAN, name: 'secrets_are_never_written' },
    change: {
      file: 'src/refactor/files.rs',
      from: 'json!({ "ParameterKey": name, "UsePreviousValue": true })',
      to: 'json!({ "ParameterKey": name, "ParameterValue": "****" })',
    },
  },
  {
    id: 'H-31',
    title: 'What moves refers to the name or the id of its stack',
    elsewhere: 'The name is made literal on the way to Gen 2 only, and the id never: parking is refused.',
    here: 'Name and id of the stack are made literal on both sides and in both directions; region and account stay symbolic.',
    test: { file: PLAN, name: 'names_frozen_from_the_stack_name_do_not_change' },
    change: { file: KNOWLEDGE, from: 'stack_name: Some(stack.name.clone()),', to: 'stack_name: None,' },
  },
  {
    id: 'H-32',
    title: 'What moves has conditions, or a nested `Fn::If`',
    elsewhere:
      'Only the first level of properties is looked at; the target lacks the condition and the template is refused.',
    here: 'Conditions are evaluated at any depth; what moves carries none.',
    test: { file: EVALUATE, name: 'conditions_have_three_outcomes' },
    change: {
      file: 'src/cloudformation/evaluate/condition.rs',
      from: '("Fn::Not", [operand]) => truth(operand).map(|truth| !truth),',
      to: '("Fn::Not", [operand]) => truth(operand),',
    },
  },
  {
    id: 'H-33',
    title: 'What moves looks values up in a mapping',
    elsewhere: 'The target lacks the mapping and the template is refused.',
    here: 'Lookups are evaluated, with their default.',
    test: { file: EVALUATE, name: 'every_function_with_known_arguments' },
    change: {
      file: 'src/cloudformation/evaluate/function.rs',
      from: 'options.get("DefaultValue")',
      to: 'options.get("Default")',
    },
  },
  {
    id: 'H-35',
    title: 'More resources than a description has room for',
    elsewhere: 'The call is refused for its length.',
    here: 'The description names as many as fit and counts the others; names of holding stacks are cut, their hash kept.',
    test: { file: 'src/refactor/assembly.rs', name: 'descriptions_fit' },
    change: {
      file: 'src/refactor/assembly.rs',
      from: 'const MAXIMUM_DESCRIPTION: usize = 1024;',
      to: 'const MAXIMUM_DESCRIPTION: usize = 4096;',
    },
  },
  {
    id: 'H-37',
    title: 'Two Gen 1 stacks go into one Gen 2 stack',
    elsewhere: 'The second is planned on the template from before the first.',
    here: 'Every operation is planned on the templates that the operations before it leave.',
    test: { file: PLAN, name: 'resources_are_paired_by_identity' },
    change: {
      file: 'src/refactor/assembly.rs',
      from: 'if let Err(violations) = self.simulation.refactor(&request) {',
      to: 'if let Err(violations) = self.simulation.clone().refactor(&request) {',
    },
  },
  {
    id: 'H-38',
    title: 'Several resources of one type',
    elsewhere: 'They are paired by their order: two tables may change places, with their data.',
    here: 'Pairs follow from names and keys; where they do not decide, the run stops and asks for a mapping by file.',
    test: { file: 'src/refactor/tests/pairing.rs', name: 'tables_that_nothing_tells_apart_need_a_mapping' },
    change: {
      file: 'src/refactor/pairing/named.rs',
      from: 'essential: |table| table.id.logical_id == "DynamoDBTable",',
      to: 'essential: |_| false,',
    },
  },
  {
    id: 'H-70',
    title: 'Updates besides the first ones',
    elsewhere: 'They send parameters as CloudFormation told them, `****` included.',
    here: 'There is one way to send an update, and in it every parameter keeps its previous value.',
    test: { file: SAFEGUARDS, name: 'stacks are changed by change sets that were looked at, and none is left' },
    change: { file: CLIENT, from: '.use_previous_value(true)', to: '.parameter_value("****")' },
  },
];
