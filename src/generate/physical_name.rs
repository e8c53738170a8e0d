//! Physical names of resources that are made anew while their Gen 1 namesakes still live.

use super::{
    context::Context,
    reference::{Referrer, Unresolved},
    typescript::{Code, Part},
};
use crate::backend::model::{Expression, Function};

/// Endings of names that the service asks for.
const REQUIRED_ENDINGS: [&str; 1] = [".fifo"];

/// The name of a function that is called by name. As long as Gen 1 lives beside Gen 2, its functions are called
/// `<name>-<environment>`: a branch that is called like an environment needs another pattern.
pub fn of_function(context: &Context<'_>, referrer: &Referrer<'_>, function: &Function) -> Code {
    Code::joined([
        Part::Text(format!("{}-{}", function.name, infix(context))),
        Part::Code(referrer.branch_constant("nameSuffix")),
    ])
}

/// A name of Gen 1 with the branch in the place of the environment, or behind it where the environment is no part of it.
pub fn of_branch(context: &Context<'_>, referrer: &mut Referrer<'_>, name: &Expression) -> Result<Code, Unresolved> {
    let suffix = |referrer: &Referrer<'_>| {
        [
            Part::Text(infix(context).to_owned()),
            Part::Code(referrer.branch_constant("nameSuffix")),
        ]
    };
    let pieces = match name {
        Expression::Concat(pieces) => pieces.as_slice(),
        single => std::slice::from_ref(single),
    };
    let mut parts = Vec::new();
    let mut has_environment = false;
    for piece in pieces {
        if *piece == Expression::EnvironmentName {
            has_environment = true;
            parts.extend(suffix(referrer));
        } else {
            parts.push(Part::Code(referrer.expression(piece)?));
        }
    }
    if !has_environment {
        let ending = take_required_ending(&mut parts);
        parts.push(Part::Text("-".to_owned()));
        parts.extend(suffix(referrer));
        parts.extend(ending.map(Part::Text));
    }
    Ok(Code::joined(parts))
}

fn take_required_ending(parts: &mut [Part]) -> Option<String> {
    let Some(Part::Code(Code::Text(last))) = parts.last_mut() else {
        return None;
    };
    let ending = REQUIRED_ENDINGS.iter().find(|ending| last.ends_with(*ending))?;
    last.truncate(last.len() - ending.len());
    Some((*ending).to_owned())
}

/// What keeps the names of a branch apart from those of an environment of the same name.
fn infix(context: &Context<'_>) -> &'static str {
    let app = &context.backend.app;
    let collides = std::iter::once(&app.environment)
        .chain(&app.environments)
        .any(|environment| *environment == context.options.branch);
    if collides { "gen2-" } else { "" }
}
