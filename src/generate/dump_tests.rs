use std::path::Path;

#[test]
#[allow(clippy::print_stdout)]
fn write_for_gate() {
    let (Ok(project), Ok(out)) = (std::env::var("GEN_PROJECT"), std::env::var("GEN_OUT")) else {
        return;
    };
    let branch = std::env::var("GEN_BRANCH").unwrap_or_else(|_| "main".into());
    let project = crate::project::Project::open(Path::new(&project), None).unwrap();
    let backend = crate::backend::interpret(&project, None);
    let generated = super::generate(&backend, project.files(), &super::GenerateOptions { branch }).unwrap();
    for (path, bytes) in generated.tree.iter() {
        let file = Path::new(&out).join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        let mut text = bytes.to_vec();
        if path == "amplify/backend.ts" && std::env::var("GEN_POST").is_ok() {
            text = String::from_utf8(text)
                .unwrap()
                .replace("// postRefactor();", "postRefactor();")
                .into_bytes();
        }
        std::fs::write(file, text).unwrap();
    }
    for finding in generated.findings {
        println!(
            "{:?} {}: {} [{}]",
            finding.severity, finding.id, finding.message, finding.path
        );
    }
}
