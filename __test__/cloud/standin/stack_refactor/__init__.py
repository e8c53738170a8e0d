"""CloudFormation Stack Refactor: the five actions, by the rules R1 to R35 of the README."""
