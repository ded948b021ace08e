//! The built-in forms against the reference tools: what we call XLSForm, pyxform's `xls2xform`
//! and the ODK Validate that it brings accept, and what we refuse as XLSForm they refuse too. What
//! we write of a form, workbook and XForm, they accept as well.

use anyhow::{Context, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::programs::{answers, cargo, output, run, target_dir};

/// The newest release when the forms were written; `~=` takes its corrections.
const PYXFORM: &str = "pyxform~=4.5.0";

/// Runs every form in `core/forms`, its samples and those of `core/tests/xlsforms` through
/// `xls2xform --json`, which runs ODK Validate on Java, and then what we write of them.
///
/// # Errors
/// Names each form that was refused and what the tool said; also where there is no form, no
/// python3 or no Java.
pub fn check_with_reference_tools(root: &Path) -> anyhow::Result<()> {
    if !answers(Command::new("java").arg("-version")) {
        bail!("ODK Validate runs on Java and there is none; install default-jre-headless");
    }
    let tool = xls2xform(root)?;
    let out = target_dir(root).join("xforms");
    fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    let mut sources = sources(&root.join("core/forms"))?;
    sources.extend(self::sources(&root.join("core/forms/samples"))?);
    let samples = root.join("core/tests/xlsforms");
    sources.extend(self::sources(&samples.join("accepted"))?);
    let mut refused = Vec::new();
    for source in self::sources(&samples.join("refused"))? {
        match accepted(&tool, &source, &out)? {
            None => refused.push(format!("{}: accepted, and we refuse it", name(&source))),
            Some(_) => println!("  {} is refused, as by us", name(&source)),
        }
    }
    for source in &sources {
        match accepted(&tool, source, &out)? {
            None => println!("  {} is accepted", name(source)),
            Some(words) => refused.push(format!("{}: {words}", name(source))),
        }
    }
    refused.extend(written(root, &tool, &sources, &out)?);
    if !refused.is_empty() {
        bail!(
            "the reference tools refuse {} of {} forms\n{}",
            refused.len(),
            sources.len(),
            refused.join("\n")
        );
    }
    Ok(())
}

/// What we write of each form, workbook and XForm, through the same tools. `person_block.md` is a
/// part of two forms and none by itself.
fn written(
    root: &Path,
    tool: &Path,
    sources: &[PathBuf],
    out: &Path,
) -> anyhow::Result<Vec<String>> {
    // As the Rust step builds it, so that nothing is built again.
    run(cargo(root).args(["build", "--quiet", "--locked", "--workspace", "--bins"]))?;
    let ours = target_dir(root).join("debug/tanfang-server");
    let validate = validate(tool)?;
    let mut refused = Vec::new();
    for source in sources
        .iter()
        .filter(|s| !name(s).starts_with("person_block"))
    {
        let convert = |to: &str, file: &Path| {
            let mut line = Command::new(&ours);
            line.args(["form", "convert", "--to", to, "--out"]);
            output(line.arg(file).arg(source))
        };
        let book = out.join(name(source)).with_extension("xlsx");
        convert("xlsx", &book)?;
        if let Some(words) = accepted(tool, &book, out)? {
            refused.push(format!("our workbook of {}: {words}", name(source)));
        }
        let xform = out
            .join(format!("ours_{}", name(source)))
            .with_extension("xml");
        convert("xform", &xform)?;
        let said = Command::new("java")
            .arg("-jar")
            .arg(&validate)
            .arg(&xform)
            .output()?;
        match said.status.success() {
            true => println!("  our workbook and XForm of {} are accepted", name(source)),
            false => {
                let words = String::from_utf8_lossy(&said.stderr).into_owned();
                refused.push(format!("our XForm of {}: {words}", name(source)));
            }
        }
    }
    Ok(refused)
}

/// The ODK Validate that pyxform brings.
fn validate(tool: &Path) -> anyhow::Result<PathBuf> {
    let where_is = "import pyxform; print(pyxform.__path__[0])";
    let home = output(Command::new(tool.with_file_name("python")).args(["-c", where_is]))?;
    let jar = Path::new(home.trim()).join("validators/odk_validate/bin/ODK_Validate.jar");
    if !jar.exists() {
        bail!("pyxform brings no {}", jar.display());
    }
    Ok(jar)
}

/// pyxform in an environment of its own under the build folder.
fn xls2xform(root: &Path) -> anyhow::Result<PathBuf> {
    let home = target_dir(root).join("pyxform");
    let tool = home.join("bin/xls2xform");
    let python = home.join("bin/python");
    let installed = || answers(Command::new(&python).args(["-c", "import pyxform"]));
    if !tool.exists() || !installed() {
        run(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&home))?;
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", PYXFORM]))
            .context("cannot install pyxform from PyPI")?;
    }
    Ok(tool)
}

fn sources(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    if found.is_empty() {
        bail!("there is no form in {}", dir.display());
    }
    found.sort();
    Ok(found)
}

/// None where the form is accepted, else what the tool said.
fn accepted(tool: &Path, source: &Path, out: &Path) -> anyhow::Result<Option<String>> {
    let xform = out.join(name(source)).with_extension("xml");
    let _ = fs::remove_file(&xform);
    let said = Command::new(tool)
        .arg("--json")
        .arg("--odk_validate")
        .arg(source)
        .arg(&xform)
        .output()
        .with_context(|| format!("cannot start {}", tool.display()))?;
    // The answer comes on standard error.
    let words = [said.stdout, said.stderr].concat();
    Ok(verdict(
        String::from_utf8_lossy(&words).trim(),
        xform.exists(),
    ))
}

/// Reads an answer of `xls2xform --json`. Its exit code says nothing: it is 0 also where ODK
/// Validate refuses. Code 999 and a missing output do.
fn verdict(words: &str, written: bool) -> Option<String> {
    let Ok(answer) = serde_json::from_str::<serde_json::Value>(words) else {
        return Some(format!("no JSON answer: {words}"));
    };
    let message = answer["message"].as_str().unwrap_or(words);
    match answer["code"].as_u64() {
        Some(100 | 101) if written => None,
        Some(100 | 101) => Some(format!("\"{message}\", and no XForm was written")),
        code => Some(format!("code {}: {message}", code.unwrap_or_default())),
    }
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::verdict;

    #[test]
    fn a_form_is_accepted_only_with_its_output() {
        let fine = r#"{"code": 101, "message": "Ok with warnings.", "warnings": ["…"]}"#;
        assert_eq!(verdict(fine, true), None);
        assert!(verdict(fine, false).is_some_and(|words| words.contains("no XForm")));
    }

    #[test]
    fn a_refusal_is_one_whatever_the_exit_code_was() {
        let refused = r#"{"code": 999, "message": "ODK Validate Errors: cycle", "warnings": []}"#;
        assert_eq!(
            verdict(refused, true),
            Some("code 999: ODK Validate Errors: cycle".to_owned())
        );
        assert!(verdict("Traceback", true).is_some());
    }
}
