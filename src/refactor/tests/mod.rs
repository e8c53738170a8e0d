mod corpus;
mod deployed_stacks;
mod fixture;
mod hostile;
mod live;
mod plan;
