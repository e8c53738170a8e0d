mod corpus;
mod deployed_stacks;
