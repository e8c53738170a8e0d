//! Pairing resources of Gen 1 with those of Gen 2 by identity: names and roles that both sides carry, never order.

mod auth;
mod named;

use super::{
    candidate::Candidate,
    error::{PairCandidate, PlanError},
    identity::{category_stack, normalised},
};
use crate::backend::{construct_names::ConstructNames, model::Resource};

/// What `generate` calls the constructs of the app that these resources are.
pub(super) fn construct_names(resources: &[Resource]) -> ConstructNames {
    let of = |rule: &'static PairingRule| {
        resources
            .iter()
            .filter(move |resource| rule_for(resource).is_some_and(|found| std::ptr::eq(found, rule)))
    };
    let owned_buckets = of(&named::BUCKET).filter(|bucket| !bucket.imported);
    ConstructNames::of(
        owned_buckets.map(|bucket| bucket.id.name.as_str()),
        of(&named::TABLE).map(|table| table.id.name.as_str()),
        of(&named::STREAM).map(|stream| stream.id.name.as_str()),
    )
}

/// What is known of the Gen 1 resource whose stack is being paired.
pub(super) struct PairingContext<'a> {
    /// The resource.
    pub(super) resource: &'a Resource,
    /// Name of the Gen 1 environment, when the stack has it as parameter `env`.
    pub(super) environment: Option<&'a str>,
    /// What `generate` calls the constructs of this app.
    pub(super) constructs: &'a ConstructNames,
}

/// How resources of one service are recognised.
pub(super) struct PairingRule {
    /// `category` as in `amplify-meta.json`.
    pub(super) category: &'static str,
    /// `service` as in `amplify-meta.json`.
    pub(super) service: &'static str,
    /// Types that move.
    pub(super) types: &'static [&'static str],
    /// Types that move as well where a Gen 1 stack owns them, which it usually does not.
    pub(super) attached_types: &'static [&'static str],
    /// Names of a Gen 1 resource by how much they tell, the most telling first; names of one group tell equally much, so
    /// that they must not name different resources. All resources of a service are tried with their first group before
    /// any is tried with its second.
    source_keys: fn(&PairingContext<'_>, &Candidate) -> Vec<Vec<String>>,
    /// Names of a Gen 2 resource; any of them may match.
    target_keys: fn(&Candidate) -> Vec<String>,
    /// Amplify itself makes a resource of this logical id: it must not be left behind.
    essential: fn(&Candidate) -> bool,
    /// A stack of this service without any such resource has lost them.
    pub(super) always_has_resources: bool,
    /// A sole resource and its sole possible counterpart belong together.
    sole_pair: bool,
    /// A property that would replace the resource when it is deployed with Gen 2's definition.
    incompatibility: fn(&Candidate, &Candidate) -> Option<String>,
    /// What the Gen 2 app needs when there is no counterpart.
    hint: fn(&Candidate) -> String,
}

impl PairingRule {
    /// Every type that moves.
    pub(super) fn all_types(&self) -> Vec<&'static str> {
        self.types.iter().chain(self.attached_types).copied().collect()
    }
}

/// The rules, one per service.
static RULES: [&PairingRule; 5] = [
    &auth::USER_POOL,
    &auth::GROUPS,
    &named::BUCKET,
    &named::TABLE,
    &named::STREAM,
];

/// The rule for a resource of the app; `None` when its stack has nothing that moves.
pub(super) fn rule_for(resource: &Resource) -> Option<&'static PairingRule> {
    RULES
        .into_iter()
        .find(|rule| rule.category == resource.id.category.0 && resource.service.as_deref() == Some(rule.service))
}

/// A Gen 1 resource and what is known of where it comes from.
pub(super) struct PairingSource<'a> {
    /// Where it comes from.
    pub(super) context: PairingContext<'a>,
    /// The resource.
    pub(super) candidate: Candidate,
}

/// Outcome for all resources of a service.
pub(super) struct Pairs {
    /// Positions in sources and targets.
    pub(super) pairs: Vec<(usize, usize)>,
    /// Resources that Amplify did not make and that have no counterpart: they stay.
    pub(super) left: Vec<usize>,
}

/// Pairs the resources of a service. `decided` are pairs that the user named.
pub(super) fn pair(
    rule: &PairingRule,
    sources: &[PairingSource<'_>],
    targets: &[Candidate],
    decided: Vec<(usize, usize)>,
) -> Result<Pairs, PlanError> {
    let mut pairing = Pairing {
        rule,
        sources,
        targets,
        pairs: decided,
    };
    pairing.by_names()?;
    pairing.sole_pairs();
    pairing.finish()
}

struct Pairing<'p> {
    rule: &'p PairingRule,
    sources: &'p [PairingSource<'p>],
    targets: &'p [Candidate],
    pairs: Vec<(usize, usize)>,
}

impl Pairing<'_> {
    fn by_names(&mut self) -> Result<(), PlanError> {
        let source_keys: Vec<Vec<Vec<String>>> = self
            .sources
            .iter()
            .map(|source| (self.rule.source_keys)(&source.context, &source.candidate))
            .collect();
        let target_keys: Vec<Vec<String>> = self.targets.iter().map(self.rule.target_keys).collect();
        let levels = source_keys.iter().map(Vec::len).max().unwrap_or_default();
        for level in 0..levels {
            let claims: Vec<(usize, Vec<usize>)> = self
                .unpaired()
                .into_iter()
                .filter_map(|source| {
                    let keys = source_keys[source].get(level)?;
                    let matching: Vec<usize> = self
                        .free(source)
                        .into_iter()
                        .filter(|target| target_keys[*target].iter().any(|key| keys.contains(key)))
                        .collect();
                    (!matching.is_empty()).then_some((source, matching))
                })
                .collect();
            for (source, matching) in &claims {
                let rivals: Vec<usize> = claims
                    .iter()
                    .filter(|(other, wanted)| other != source && wanted.iter().any(|target| matching.contains(target)))
                    .map(|(other, _)| *other)
                    .collect();
                match matching.as_slice() {
                    [target] if rivals.is_empty() => self.pairs.push((*source, *target)),
                    _ => return Err(self.ambiguous(*source, &rivals, matching)),
                }
            }
        }
        Ok(())
    }

    /// One source of its type, one target of its type, in the stack of the whole category or of this very resource.
    fn sole_pairs(&mut self) {
        if !self.rule.sole_pair {
            return;
        }
        for source in self.unpaired() {
            let resource_type = &self.sources[source].candidate.id.resource_type;
            let sources = self
                .sources
                .iter()
                .filter(|other| other.candidate.id.resource_type == *resource_type);
            let targets = self
                .targets
                .iter()
                .filter(|other| other.id.resource_type == *resource_type);
            if let (1, 1, [target]) = (sources.count(), targets.count(), self.free(source).as_slice())
                && self.stack_fits(source, *target)
            {
                self.pairs.push((source, *target));
            }
        }
    }

    fn stack_fits(&self, source: usize, target: usize) -> bool {
        let resource = self.sources[source].context.resource;
        category_stack(self.rule.category, &self.targets[target].nested_id)
            .is_some_and(|stack| stack.name.is_empty() || normalised(stack.name) == normalised(&resource.id.name))
    }

    fn finish(self) -> Result<Pairs, PlanError> {
        for (source, target) in &self.pairs {
            let (source, target) = (&self.sources[*source].candidate, &self.targets[*target]);
            if let Some(property) = (self.rule.incompatibility)(source, target) {
                return Err(PlanError::Incompatible {
                    source_resource: Box::new(source.id.clone()),
                    target: Box::new(target.id.clone()),
                    property,
                });
            }
        }
        let left = self.unpaired();
        for source in &left {
            let candidate = &self.sources[*source].candidate;
            if (self.rule.essential)(candidate) {
                return Err(PlanError::Unpaired {
                    source_resource: Box::new(candidate.id.clone()),
                    candidates: self.names(&self.free(*source)),
                    hint: (self.rule.hint)(candidate),
                });
            }
        }
        let mut pairs = self.pairs;
        pairs.sort_unstable();
        Ok(Pairs { pairs, left })
    }

    fn unpaired(&self) -> Vec<usize> {
        (0..self.sources.len())
            .filter(|source| !self.pairs.iter().any(|(paired, _)| paired == source))
            .collect()
    }

    /// Targets of the source's type that belong to no other.
    fn free(&self, source: usize) -> Vec<usize> {
        let resource_type = &self.sources[source].candidate.id.resource_type;
        (0..self.targets.len())
            .filter(|target| self.targets[*target].id.resource_type == *resource_type)
            .filter(|target| !self.pairs.iter().any(|(_, paired)| paired == target))
            .collect()
    }

    fn names(&self, targets: &[usize]) -> Vec<PairCandidate> {
        targets.iter().map(|target| self.targets[*target].id.clone()).collect()
    }

    fn ambiguous(&self, source: usize, rivals: &[usize], targets: &[usize]) -> PlanError {
        let id = |source: usize| self.sources[source].candidate.id.clone();
        PlanError::Ambiguous {
            source_resource: Box::new(id(source)),
            rivals: rivals.iter().map(|rival| id(*rival)).collect(),
            candidates: self.names(targets),
        }
    }
}
