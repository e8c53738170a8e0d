//! The CloudFormation template model: evaluation, references, simulation of changes, comparison.
