mod corpus;
mod deployed_stacks;
mod fixture;
mod hostile;
mod plan;
