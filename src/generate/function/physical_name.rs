use crate::{
    backend::model::Function,
    generate::{
        context::Context,
        reference::Referrer,
        typescript::{Code, Part},
    },
};

/// The name of a function that is called by name. As long as Gen 1 lives beside Gen 2, its functions are called
/// `<name>-<environment>`: a branch that is called like an environment needs another pattern.
pub fn physical_name(context: &Context<'_>, referrer: &Referrer<'_>, function: &Function) -> Code {
    let app = &context.backend.app;
    let collides = std::iter::once(&app.environment)
        .chain(&app.environments)
        .any(|environment| *environment == context.options.branch);
    let infix = if collides { "-gen2-" } else { "-" };
    Code::joined([
        Part::Text(format!("{}{infix}", function.name)),
        Part::Code(referrer.branch_constant("nameSuffix")),
    ])
}
