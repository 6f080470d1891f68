//! `docs/cli.md` is what the programs say of themselves.

use std::process::Command;

use crate::tools::{program, root};

const PROGRAMS: [&str; 3] = ["cv-pipeline", "cv-compare", "face-server"];
const HEAD: &str = "# Command lines

What each program says with `--help`. This page is made from them:

```sh
UPDATE_DOCS=1 cargo test -p brigade-examples --test docs help
```

Each also prints its man page (`--man`) and completions for a shell (`--completions bash`, `fish`, `zsh`);
[Contributing](../CONTRIBUTING.md#packaging) says where packages put them.
";

#[test]
fn the_help_in_docs_is_the_programs_own() {
    let mut page = HEAD.to_owned();
    for name in PROGRAMS {
        let Some(program) = program(name) else { return };
        let output = Command::new(program)
            .arg("--help")
            .env("NO_COLOR", "1")
            .output()
            .expect("it starts");
        assert!(output.status.success());
        let help = String::from_utf8(output.stdout).expect("help is UTF-8");
        page += &format!("\n## {name}\n\n```text\n{}\n```\n", help.trim_end());
    }
    let path = root().join("docs/cli.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("docs/cli.md is written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/cli.md is not what the programs say; \
         `UPDATE_DOCS=1 cargo test -p brigade-examples --test docs help` makes it anew"
    );
}
