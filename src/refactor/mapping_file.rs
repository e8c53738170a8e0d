//! The file of `--mappings`: pairs that the user decides where nothing tells resources apart.

use super::error::PlanError;
use crate::cloudformation::simulate::{LogicalAddress, ResourceMapping};

/// An array of `{Source, Destination}`, each with `StackName` and `LogicalResourceId`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourceMappings {
    /// In the order of the file.
    pub mappings: Vec<ResourceMapping>,
    path: String,
    /// Where each of them begins.
    places: Vec<Place>,
}

/// Line and column, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    line: usize,
    column: usize,
}

impl ResourceMappings {
    /// Reads the file's text; `path` is named in errors.
    ///
    /// # Errors
    /// When it is not JSON, not such an array, a name is empty, or two entries have the same source or destination.
    pub fn parse(text: &str, path: &str) -> Result<Self, PlanError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let places = entry_places(text);
        let wrong = |place: Place, message: String| PlanError::MappingsFile {
            path: path.into(),
            line: place.line,
            column: place.column,
            message,
        };
        let mappings: Vec<ResourceMapping> = serde_json::from_str(text).map_err(|error| {
            let place = Place {
                line: error.line().max(1),
                column: error.column().max(1),
            };
            let said = error.to_string();
            let said = said.split(" at line ").next().unwrap_or(&said);
            let entry = places.iter().filter(|begin| **begin <= place).count();
            match entry {
                0 => wrong(place, said.to_owned()),
                entry => wrong(place, format!("entry {entry}: {said}")),
            }
        })?;
        let at = |index: usize| places.get(index).copied().unwrap_or(Place { line: 1, column: 1 });
        for (index, mapping) in mappings.iter().enumerate() {
            for (side, address) in [("Source", &mapping.source), ("Destination", &mapping.destination)] {
                let empty = [
                    ("StackName", &address.stack_name),
                    ("LogicalResourceId", &address.logical_resource_id),
                ];
                if let Some((name, _)) = empty.into_iter().find(|(_, value)| value.trim().is_empty()) {
                    let message = format!("entry {}: {name} of the {side} is empty", index + 1);
                    return Err(wrong(at(index), message));
                }
            }
            for (earlier, other) in mappings[..index].iter().enumerate() {
                for (side, one, other) in [
                    ("source", &mapping.source, &other.source),
                    ("destination", &mapping.destination, &other.destination),
                ] {
                    if one == other {
                        let message = format!(
                            "entries {} (line {}) and {} have the same {side}: {} of {}",
                            earlier + 1,
                            at(earlier).line,
                            index + 1,
                            one.logical_resource_id,
                            one.stack_name
                        );
                        return Err(wrong(at(index), message));
                    }
                }
            }
        }
        Ok(Self {
            mappings,
            path: path.into(),
            places,
        })
    }

    /// The error with the place of the entry that it is about.
    pub(super) fn located(&self, error: PlanError) -> PlanError {
        let PlanError::Mapping {
            stack,
            logical_id,
            message,
            ..
        } = error
        else {
            return error;
        };
        let names = |address: &LogicalAddress| address.stack_name == stack && address.logical_resource_id == logical_id;
        let entry = self
            .mappings
            .iter()
            .position(|mapping| names(&mapping.source) || names(&mapping.destination));
        let place = entry.and_then(|entry| {
            let line = self.places.get(entry)?.line;
            Some(format!("{}:{line}: entry {}", self.path, entry + 1))
        });
        PlanError::Mapping {
            stack,
            logical_id,
            message,
            place,
        }
    }
}

/// Where the objects of the outermost array begin. The text may be no JSON: then as far as it can be told.
fn entry_places(text: &str) -> Vec<Place> {
    let mut places = Vec::new();
    let (mut line, mut column, mut depth) = (1, 0, 0_usize);
    let (mut in_text, mut is_escaped) = (false, false);
    for character in text.chars() {
        if character == '\n' {
            line += 1;
            column = 0;
            continue;
        }
        column += character.len_utf8();
        if in_text {
            in_text = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
            continue;
        }
        match character {
            '"' => in_text = true,
            '{' | '[' => {
                if depth == 1 {
                    places.push(Place { line, column });
                }
                depth += 1;
            }
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        ResourceMappings::parse(text, "dir/map.json").unwrap_err().to_string()
    }

    fn entry(source: (&str, &str), target: (&str, &str)) -> String {
        format!(
            "{{\"Source\": {{\"StackName\": \"{}\", \"LogicalResourceId\": \"{}\"}},\n \"Destination\": {{\"StackName\": \"{}\", \"LogicalResourceId\": \"{}\"}}}}",
            source.0, source.1, target.0, target.1
        )
    }

    #[test]
    fn what_is_wrong_is_told_with_line_and_entry() {
        let good = entry(("a", "A"), ("b", "B"));
        assert!(refused("").starts_with("dir/map.json:1:1: EOF"), "{}", refused(""));
        assert!(refused("{}").starts_with("dir/map.json:1:"), "{}", refused("{}"));
        let shape = refused(&format!("[\n{good},\n{{\"Source\": 1}}\n]"));
        assert!(
            shape.starts_with("dir/map.json:4:") && shape.contains("entry 2: "),
            "{shape}"
        );
        let missing = refused(&format!(
            "[\n{good},\n{{\"Source\": {{\"StackName\": \"a\", \"LogicalResourceId\": \"X\"}}}}]"
        ));
        assert!(missing.contains("entry 2: missing field `Destination`"), "{missing}");
        let empty = refused(&format!("[{}]", entry(("a", " "), ("b", "B"))));
        assert_eq!(
            empty,
            "dir/map.json:1:2: entry 1: LogicalResourceId of the Source is empty"
        );
        let trailing = refused(&format!("[{good}] x"));
        assert!(trailing.starts_with("dir/map.json:2:"), "{trailing}");
    }

    #[test]
    fn a_resource_is_named_once() {
        let first = entry(("a", "A"), ("b", "B"));
        for (second, side) in [
            (entry(("a", "A"), ("b", "C")), "the same source: A of a"),
            (entry(("a", "C"), ("b", "B")), "the same destination: B of b"),
        ] {
            let error = refused(&format!("[\n{first},\n{second}]"));
            assert!(
                error.starts_with("dir/map.json:4:1: entries 1 (line 2) and 2 have "),
                "{error}"
            );
            assert!(error.contains(side), "{error}");
        }
    }

    #[test]
    fn places_survive_odd_texts() {
        let place = |line, column| Place { line, column };
        assert_eq!(
            entry_places("[ {\"a\": \"}[{\\\"\"},\n\n {\"b\": [{}]} ]"),
            [place(1, 3), place(3, 2)]
        );
        assert_eq!(entry_places(""), []);
        assert_eq!(entry_places("]]}"), []);
    }

    #[test]
    fn errors_of_planning_get_the_place_of_their_entry() {
        let text = format!(
            "[\n{},\n{}]",
            entry(("a", "A"), ("b", "B")),
            entry(("c", "C"), ("d", "D"))
        );
        let mappings = ResourceMappings::parse(&text, "map.json").unwrap();
        let error = mappings.located(PlanError::Mapping {
            stack: "d".into(),
            logical_id: "D".into(),
            message: "is not there".into(),
            place: None,
        });
        assert_eq!(
            error.to_string(),
            "map.json:4: entry 2: mapping of D in d: is not there"
        );
    }
}
