//! Pairing of the analytics category: Kinesis streams.

use super::{Pair, Pairing, candidate::Candidates};
use crate::refactor::RefactorError;

const STREAM: &str = "AWS::Kinesis::Stream";

pub(super) fn pair_stream(
    pairing: &Pairing<'_>,
    candidates: &mut Candidates,
    pairs: &mut Vec<Pair>,
) -> Result<(), RefactorError> {
    let stack = pairing.source_stack()?;
    let sources = pairing.sources(stack, STREAM);
    for source in &sources {
        let remaining = pairing.narrow(
            candidates.free(STREAM),
            |candidate, name| candidate.mentions(name),
            None,
        );
        let wanted = "no Kinesis stream is left to take its place";
        let chosen = candidates.choose(pairing, &stack.stack.name, source, wanted, remaining)?;
        pairs.push(candidates.take(pairing, &stack.stack.name, source, &chosen)?);
    }
    pairing.take_moved(candidates, stack, STREAM, sources.is_empty(), "its stream", pairs)
}
