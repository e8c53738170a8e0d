//! The root `package.json`: what Gen 2 and the functions need is added, nothing that is there changes.

use indexmap::IndexMap;
use serde_json::Value;

use super::{
    Edited,
    error::{ProjectFileError, text as as_text},
    json_text::{Layout, entries, insert_after, insert_sorted, line_and_column, quoted},
};
use crate::{
    backend::{
        finding::{Finding, Severity},
        model::SourceLocation,
    },
    generate::DependencyWish,
};

const PATH: &str = "package.json";
const DEPENDENCIES: &str = "dependencies";
const DEV_DEPENDENCIES: &str = "devDependencies";
/// Sections in which a package may be pinned by the user, the strongest first.
const SECTIONS: [&str; 4] = [
    DEPENDENCIES,
    DEV_DEPENDENCIES,
    "optionalDependencies",
    "peerDependencies",
];
/// What a Gen 2 project needs to be built and deployed. `@aws-amplify/backend` 1.25, which its range installs, has the ranges
/// of `aws-cdk-lib` and `constructs` as those of its peers.
const GEN2: [(&str, &str); 8] = [
    ("@aws-amplify/backend", "^1.25.0"),
    ("@aws-amplify/backend-cli", "^1.8.0"),
    ("@types/node", "^22.0.0"),
    ("aws-cdk-lib", "^2.257.0"),
    ("constructs", "^10.6.0"),
    ("esbuild", "^0.27.0"),
    ("tsx", "^4.20.6"),
    ("typescript", "^5.0.0"),
];
/// Protocols that lead to a folder beside the `package.json` that uses them.
const LOCAL_PROTOCOLS: [&str; 7] = ["file:", "link:", "portal:", "workspace:", "./", "../", "/"];

/// Edits the file; an absent one is made.
///
/// # Errors
/// `MALFORMED_JSON` and `FILE_NOT_TEXT`.
pub fn edit_package_json(
    bytes: Option<&[u8]>,
    dependencies: &IndexMap<String, Vec<DependencyWish>>,
    dev_dependencies: &IndexMap<String, Vec<DependencyWish>>,
) -> Result<Edited, ProjectFileError> {
    let original = match bytes {
        Some(bytes) => as_text(PATH, bytes)?.to_owned(),
        None => "{\n  \"name\": \"amplify-gen2\",\n  \"private\": true,\n  \"version\": \"0.0.0\"\n}\n".to_owned(),
    };
    let mark = if original.starts_with('\u{feff}') {
        "\u{feff}"
    } else {
        ""
    };
    let mut file = PackageJson::parse(original.trim_start_matches('\u{feff}'))?;
    // The user's pins are looked at first, as long as their lines are those of the file.
    let mut findings: Vec<Finding> = GEN2
        .into_iter()
        .filter_map(|(package, range)| file.too_old(package, &file.pin(package)?, range))
        .collect();
    for (package, wishes) in dependencies {
        if let Some(range) = file.decide(package, wishes, &mut findings) {
            file.add(DEPENDENCIES, package, &range);
        }
    }
    for (package, wishes) in dev_dependencies {
        if let Some(range) = file.decide(package, wishes, &mut findings) {
            file.add(DEV_DEPENDENCIES, package, &range);
        }
    }
    for (package, range) in GEN2 {
        if file.pin(package).is_none() {
            file.add(DEV_DEPENDENCIES, package, range);
        }
    }
    Ok(Edited {
        text: format!("{mark}{}", file.text),
        findings,
    })
}

struct PackageJson {
    text: String,
    layout: Layout,
    open: usize,
}

/// A range that the user has pinned.
struct Pin {
    range: String,
    section: &'static str,
    line: Option<u32>,
}

impl PackageJson {
    fn parse(text: &str) -> Result<Self, ProjectFileError> {
        let value: Value = serde_json::from_str(text).map_err(|error| {
            let message = error.to_string();
            ProjectFileError::Json {
                path: PATH.into(),
                line: error.line(),
                column: error.column(),
                message: message.split(" at line ").next().unwrap_or_default().to_owned(),
            }
        })?;
        let open = text.len() - text.trim_start().len();
        let shape = |position: usize, what: &str| {
            let (line, column) = line_and_column(text, position);
            ProjectFileError::Shape {
                path: PATH.into(),
                line,
                column,
                what: what.to_owned(),
            }
        };
        let Value::Object(_) = value else {
            return Err(shape(open, "the file"));
        };
        for entry in entries(text, open).map(|(entries, _)| entries).unwrap_or_default() {
            if SECTIONS.contains(&entry.key.as_str()) && text.as_bytes().get(entry.value.start) != Some(&b'{') {
                return Err(shape(entry.value.start, &entry.key));
            }
        }
        Ok(Self {
            text: text.to_owned(),
            layout: Layout::of(text),
            open,
        })
    }

    /// The place of a section's brace.
    fn section(&self, name: &str) -> Option<usize> {
        let (entries, _) = entries(&self.text, self.open)?;
        entries
            .iter()
            .rfind(|entry| entry.key == name)
            .map(|entry| entry.value.start)
    }

    /// What the user says about a package.
    fn pin(&self, package: &str) -> Option<Pin> {
        SECTIONS.into_iter().find_map(|section| {
            let (entries, _) = entries(&self.text, self.section(section)?)?;
            let entry = entries.iter().rfind(|entry| entry.key == package)?;
            let raw = &self.text[entry.value.clone()];
            let range = serde_json::from_str::<String>(raw).unwrap_or_else(|_| raw.to_owned());
            let (line, _) = line_and_column(&self.text, entry.span.start);
            Some(Pin {
                range,
                section,
                line: u32::try_from(line).ok(),
            })
        })
    }

    fn add(&mut self, section: &str, package: &str, range: &str) {
        if self.section(section).is_none() {
            insert_after(&mut self.text, self.open, DEPENDENCIES, section, "{}", &self.layout);
        }
        if let Some(open) = self.section(section) {
            insert_sorted(&mut self.text, open, package, &quoted(range), &self.layout);
        }
    }

    /// The range to add for a package, when there is one; conflicts are reported.
    fn decide(&self, package: &str, wishes: &[DependencyWish], findings: &mut Vec<Finding>) -> Option<String> {
        let wishes: Vec<DependencyWish> = wishes.iter().map(from_the_root).collect();
        let (local, wishes): (Vec<&DependencyWish>, Vec<&DependencyWish>) =
            wishes.iter().partition(|wish| is_local(wish));
        for wish in local {
            findings.push(Finding {
                id: "dependency-local".into(),
                severity: Severity::Manual,
                feature: "dependency-conflicts".into(),
                message: format!(
                    "{} takes {package} from a folder ({}), which the project's package.json cannot name as it stands.",
                    wish.location.path, wish.range
                ),
                path: wish.location.path.clone(),
                line: wish.location.line,
                remedy: format!("Add {package} to package.json with its path relative to the project."),
            });
        }
        if let Some(pin) = self.pin(package) {
            for wish in wishes.iter().filter(|wish| !same_range(&wish.range, &pin.range)) {
                findings.push(Finding {
                    id: "dependency-conflict".into(),
                    severity: Severity::Warning,
                    feature: "dependency-conflicts".into(),
                    message: format!(
                        "{} asks for {package} {}, the project for {} ({}). The project's stays.",
                        wish.location.path, wish.range, pin.range, pin.section
                    ),
                    path: wish.location.path.clone(),
                    line: wish.location.line,
                    remedy: format!(
                        "Test the function with {package} {}, or change the range in package.json.",
                        pin.range
                    ),
                });
            }
            return None;
        }
        let first = wishes.first()?;
        let chosen = wishes.iter().fold(first, |best, wish| {
            if version(&wish.range) > version(&best.range) {
                wish
            } else {
                best
            }
        });
        for wish in wishes.iter().filter(|wish| !same_range(&wish.range, &chosen.range)) {
            findings.push(Finding {
                id: "dependency-conflict".into(),
                severity: Severity::Warning,
                feature: "dependency-conflicts".into(),
                message: format!(
                    "{} asks for {package} {}, but {} for {}. The project gets {}.",
                    wish.location.path, wish.range, chosen.location.path, chosen.range, chosen.range
                ),
                path: wish.location.path.clone(),
                line: wish.location.line,
                remedy: format!(
                    "Test the function with {package} {}, or change the range in package.json.",
                    chosen.range
                ),
            });
        }
        Some(chosen.range.clone())
    }

    /// The user's own pin of something that Gen 2 needs stays, even when Gen 2 cannot work with it.
    fn too_old(&self, package: &str, pin: &Pin, needed: &str) -> Option<Finding> {
        let (own, least) = (version(&pin.range)?, version(needed)?);
        (own < least).then(|| Finding {
            id: "tool-version-too-old".into(),
            severity: Severity::Manual,
            feature: "tool-versions".into(),
            message: format!(
                "package.json pins {package} to {}; Gen 2 is known to work with {needed}. The pin stays.",
                pin.range
            ),
            path: PATH.into(),
            line: pin.line,
            remedy: format!("Raise {package} to {needed} unless there is a reason against it."),
        })
    }
}

/// The folder is named from where the root package.json cannot see it.
fn is_local(wish: &DependencyWish) -> bool {
    let from_elsewhere = wish.location.path != PATH;
    from_elsewhere && LOCAL_PROTOCOLS.iter().any(|protocol| wish.range.starts_with(protocol))
}

/// A package in a folder of the project is named by its path from the root. What lies in `amplify/` goes with Gen 1.
fn from_the_root(wish: &DependencyWish) -> DependencyWish {
    let rebased = || {
        let protocol = ["file:", "link:", "portal:"]
            .into_iter()
            .find(|protocol| wish.range.starts_with(protocol))?;
        let (folder, _) = wish.location.path.rsplit_once('/')?;
        let mut path: Vec<&str> = Vec::new();
        let relative = wish.range.strip_prefix(protocol)?;
        for part in folder.split('/').chain(relative.split('/')) {
            match part {
                "" | "." => {}
                ".." => {
                    path.pop()?;
                }
                name => path.push(name),
            }
        }
        (!relative.starts_with('/') && path.first() != Some(&"amplify") && !path.is_empty())
            .then(|| format!("{protocol}{}", path.join("/")))
    };
    // A workspace is found by its name from everywhere.
    let range = match wish.range.starts_with("workspace:") {
        true => Some(wish.range.clone()),
        false => rebased(),
    };
    match range {
        Some(range) => DependencyWish {
            range,
            location: SourceLocation {
                path: PATH.to_owned(),
                line: None,
            },
        },
        None => wish.clone(),
    }
}

fn same_range(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

/// The lowest version that a simple range allows; `None` for anything else (`*`, tags, addresses).
fn version(range: &str) -> Option<[u64; 3]> {
    let plain = range.trim().trim_start_matches(['^', '~', '=', '>', '<', 'v', ' ']);
    if range.trim_start().starts_with('<') || !plain.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let core = plain.split([' ', '-', '+', '|', ',']).next().unwrap_or_default();
    let mut parts = core.split('.').map(|part| part.parse().unwrap_or(0));
    Some([
        parts.next().unwrap_or(0),
        parts.next().unwrap_or(0),
        parts.next().unwrap_or(0),
    ])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::backend::model::SourceLocation;

    fn wish(range: &str, path: &str) -> DependencyWish {
        DependencyWish {
            range: range.into(),
            location: SourceLocation {
                path: path.into(),
                line: None,
            },
        }
    }

    fn wishes(list: &[(&str, &[(&str, &str)])]) -> IndexMap<String, Vec<DependencyWish>> {
        list.iter()
            .map(|(package, wishes)| {
                let wishes = wishes.iter().map(|(range, path)| wish(range, path)).collect();
                ((*package).to_owned(), wishes)
            })
            .collect()
    }

    fn edit(text: &str, dependencies: &IndexMap<String, Vec<DependencyWish>>) -> Edited {
        edit_package_json(Some(text.as_bytes()), dependencies, &IndexMap::new()).unwrap()
    }

    #[test]
    fn an_absent_file_is_made_with_all_of_gen_2() {
        let result = edit_package_json(None, &IndexMap::new(), &IndexMap::new()).unwrap();
        let value: Value = serde_json::from_str(&result.text).unwrap();
        for (package, range) in GEN2 {
            assert_eq!(value[DEV_DEPENDENCIES][package], range);
        }
        assert!(value.get(DEPENDENCIES).is_none());
        assert!(result.text.ends_with("}\n"));
    }

    #[test]
    fn what_is_there_stays_byte_by_byte() {
        let text = "{\r\n\t\"name\": \"a\",\r\n\t\"files\": [\"x\", \"y\"],\r\n\t\"devDependencies\": {\r\n\t\t\"typescript\": \"~5.9.3\",\r\n\t\t\"zod\": \"1\"\r\n\t},\r\n\t\"version\": \"1.0.0\",\r\n\t\"odd\": 1.50\r\n}";
        let result = edit(text, &wishes(&[("uuid", &[("^9.0.0", "f/package.json")])]));
        assert!(result.findings.is_empty());
        for line in text.split("\r\n") {
            let line = line.trim_end_matches(',');
            assert!(result.text.contains(line), "{line:?}");
        }
        assert!(
            result
                .text
                .contains("\t\"dependencies\": {\r\n\t\t\"uuid\": \"^9.0.0\"\r\n\t}\r\n}")
        );
        assert!(!result.text.replace("\r\n", "").contains('\n'));
        let value: Value = serde_json::from_str(&result.text).unwrap();
        assert_eq!(value[DEV_DEPENDENCIES]["typescript"], "~5.9.3");
        let keys: Vec<&String> = value[DEV_DEPENDENCIES].as_object().unwrap().keys().collect();
        assert!(keys.is_sorted(), "{keys:?}");
    }

    #[test]
    fn functions_that_disagree_are_reported() {
        let wanted = wishes(&[(
            "uuid",
            &[
                ("^8.3.0", "a/package.json"),
                ("^10.0.0", "b/package.json"),
                ("^10.0.0", "c/package.json"),
            ],
        )]);
        let result = edit("{}", &wanted);
        let value: Value = serde_json::from_str(&result.text).unwrap();
        assert_eq!(value[DEPENDENCIES]["uuid"], "^10.0.0");
        assert_eq!(result.findings.len(), 1);
        let message = &result.findings[0].message;
        for part in ["a/package.json", "^8.3.0", "b/package.json", "^10.0.0"] {
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn the_pin_of_the_project_wins_in_any_section() {
        for section in SECTIONS {
            let text = format!("{{\"{section}\": {{\"uuid\": \"3.0.0\"}}}}");
            let result = edit(&text, &wishes(&[("uuid", &[("^9.0.0", "f/package.json")])]));
            assert_eq!(result.findings.len(), 1);
            assert!(result.findings[0].message.contains("3.0.0"));
            let value: Value = serde_json::from_str(&result.text).unwrap();
            assert_eq!(value[section]["uuid"], "3.0.0");
            assert!(section == DEPENDENCIES || value[DEPENDENCIES].get("uuid").is_none());
        }
    }

    #[test]
    fn packages_from_folders_are_not_merged() {
        let path = "amplify/backend/function/f/src/package.json";
        for range in ["file:../lib", "file:/lib", "../lib", "file:../../../../../../outside"] {
            let result = edit("{}", &wishes(&[("lib", &[(range, path)])]));
            assert!(!result.text.contains("\"lib\""), "{range}");
            assert_eq!(result.findings[0].id, "dependency-local");
        }
    }

    #[test]
    fn folders_of_the_project_are_named_from_its_root() {
        let path = "amplify/backend/function/f/src/package.json";
        for (range, expected) in [
            ("file:../../../../../shared", "file:shared"),
            ("link:../../../../../packages/./lib", "link:packages/lib"),
            ("workspace:*", "workspace:*"),
        ] {
            let result = edit("{}", &wishes(&[("lib", &[(range, path)])]));
            let value: Value = serde_json::from_str(&result.text).unwrap();
            assert_eq!(value[DEPENDENCIES]["lib"], expected);
            assert!(result.findings.is_empty());
        }
    }

    #[test]
    fn a_pin_that_is_too_old_is_kept_and_reported() {
        let result = edit(
            "{\"devDependencies\": {\n\"typescript\": \"^4.9.0\"}}",
            &IndexMap::new(),
        );
        assert_eq!(result.findings[0].id, "tool-version-too-old");
        assert_eq!(result.findings[0].line, Some(2));
        assert!(result.text.contains("\"typescript\": \"^4.9.0\""));
    }

    #[test]
    fn pins_of_peers_that_npm_would_refuse_are_reported() {
        let text = "{\"devDependencies\": {\n\"aws-cdk-lib\": \"2.100.0\",\n\"constructs\": \"10.3.0\"}}";
        let told = edit(text, &IndexMap::new()).findings;
        let lines: Vec<_> = told.iter().map(|finding| (finding.id.as_str(), finding.line)).collect();
        assert_eq!(
            lines,
            [("tool-version-too-old", Some(2)), ("tool-version-too-old", Some(3))]
        );
    }

    #[test]
    fn malformed_files_are_errors_with_their_place() {
        let error = edit_package_json(Some(b"{\n  \"a\": 1,\n}"), &IndexMap::new(), &IndexMap::new()).unwrap_err();
        assert!(
            matches!(error, ProjectFileError::Json { line: 3, column: 1, .. }),
            "{error:?}"
        );
        let error = edit_package_json(Some(b"{\n  \"dependencies\": []}"), &IndexMap::new(), &IndexMap::new());
        assert!(matches!(
            error.unwrap_err(),
            ProjectFileError::Shape {
                line: 2,
                column: 19,
                ..
            }
        ));
        for text in ["", "[]", "null", "\"x\""] {
            assert!(edit_package_json(Some(text.as_bytes()), &IndexMap::new(), &IndexMap::new()).is_err());
        }
        assert!(edit_package_json(Some(b"{\"\xff\": 1}"), &IndexMap::new(), &IndexMap::new()).is_err());
    }

    proptest! {
        #[test]
        fn all_fields_stay_and_twice_is_once(
            fields in prop::collection::btree_map("\\PC{0,6}", "\\PC{0,6}", 0..5),
            packages in prop::collection::btree_map("[@a-z/\"]{1,6}", "\\PC{0,5}", 0..5),
            is_pretty: bool,
        ) {
            let mut value = serde_json::to_value(&fields).unwrap();
            value[DEPENDENCIES] = serde_json::to_value(&packages).unwrap();
            let text = if is_pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            let wanted = wishes(&[("q\"uote", &[("^1", "f/package.json")]), ("uuid", &[("^9", "f/package.json")])]);
            let once = edit(&text, &wanted).text;
            prop_assert_eq!(edit(&once, &wanted).text, once.clone());
            let after: Value = serde_json::from_str(&once).unwrap();
            for (key, field) in &fields {
                prop_assert!(SECTIONS.contains(&key.as_str()) || after[key] == field.as_str());
            }
            for (package, range) in &packages {
                prop_assert_eq!(&after[DEPENDENCIES][package], range.as_str());
            }
            prop_assert_eq!(&after[DEPENDENCIES]["uuid"], "^9");
        }
    }
}
