//! Engine of `amplify-gen2-migration`: takes a deployed AWS Amplify Gen 1 environment to Gen 2 without losing data.
//!
//! The data flows one way: read (`project`, `cloud` filling `deployment`), understand (`backend`),
//! decide (`assess`, `generate`, `lock`, `refactor` plans), act (`plan` life cycle with `journal`).
//! `ARCHITECTURE.md` describes the rooms and what each may use.

pub mod assess;
pub mod backend;
pub mod binding;
pub mod cloud;
pub mod cloudformation;
pub mod deployment;
pub mod error;
pub mod frontend;
pub mod generate;
pub mod journal;
pub mod lock;
pub mod migration;
pub mod plan;
pub mod project;
pub mod refactor;
pub mod report;
