//! What users type, and what they get.

mod kitchen;

use std::time::Duration;

use brigade_cli::{Early, Exit, Flag, Group, Program, try_parse};
use kitchen::{Args, PROGRAM};
use proptest::prelude::*;

fn parse(words: &[&str]) -> Result<Args, Early> {
    try_parse(&PROGRAM, words.iter().map(Into::into))
}

/// The first line of what a mistake prints, without `error: `.
fn mistake(words: &[&str]) -> String {
    let early = parse(words).expect_err("a mistake");
    assert_eq!(early.exit, Exit::Usage, "{words:?}");
    assert!(
        early
            .output
            .ends_with("Try 'pop-up-kitchen --help' for all flags.\n")
    );
    let line = early.output.lines().next().expect("a line");
    line.strip_prefix("error: ")
        .expect("it begins with error:")
        .to_owned()
}

fn printed(flag: &str) -> String {
    let early = parse(&[flag]).expect_err("it prints and ends");
    assert_eq!(early.exit, Exit::Done);
    early.output
}

#[test]
fn both_spellings_of_a_value_and_of_a_name_are_the_same() {
    let expected = parse(&["--menu-card", "stew", "--cooks", "3"]).expect("right");
    assert_eq!((expected.menu_card.as_str(), expected.cooks), ("stew", 3));
    for words in [
        &["--menu-card=stew", "--cooks=3"][..],
        &["--menu_card=stew", "-c", "3"],
        &["--menu_card", "STEW", "-c=3"],
    ] {
        assert_eq!(parse(words).expect("right"), expected, "{words:?}");
    }
}

#[test]
fn values_may_contain_what_names_do_not() {
    let args = parse(&["--bill_folder=a_b=c", "--secret=-x"]).expect("right");
    assert_eq!(args.bill_folder.to_str(), Some("a_b=c"));
    assert_eq!(args.secret.as_deref(), Some("-x"));
    let args = parse(&["--patience", "1m30s", "-q"]).expect("right");
    assert_eq!(args.patience, Some(Duration::from_secs(90)));
    assert!(args.quiet);
}

#[test]
fn a_mistake_names_the_flag_and_what_is_wrong() {
    let cases: [(&[&str], &str); 18] = [
        (
            &["--cooks=abc"],
            "--cooks: 'abc' is not a whole number, 1 or more",
        ),
        (&["--cooks=0"], "--cooks: '0' must be at least 1"),
        (
            &["--guests=-3"],
            "--guests: '-3' is not a whole number, 0 or more",
        ),
        (
            &["--guests", "-3"],
            "--guests: '-3' is not a whole number, 0 or more",
        ),
        (
            &["--patience", "5x"],
            "--patience: '5x' is not a duration such as 30s, 2m or 500ms",
        ),
        (
            &["--menu-card=salat"],
            "--menu-card: 'salat' is not one of soup, salad, stew, something-else-entirely; did you mean 'salad'?",
        ),
        (
            &["--menu-card=pizza"],
            "--menu-card: 'pizza' is not one of soup, salad, stew, something-else-entirely",
        ),
        (
            &["--cook=1"],
            "there is no flag --cook; did you mean --cooks?",
        ),
        (
            &["--menu_crad", "soup"],
            "there is no flag --menu_crad; did you mean --menu-card?",
        ),
        (&["--waiters", "2"], "there is no flag --waiters"),
        (&["-x"], "there is no flag -x"),
        (&["--cooks"], "--cooks needs a value: --cooks N"),
        (
            &["--bill-folder", "--quiet"],
            "--bill-folder needs a value: --bill-folder DIR",
        ),
        (&["--bill-folder="], "--bill-folder: '' names no folder"),
        (
            &["--quiet=yes"],
            "--quiet takes no value, but was given 'yes'",
        ),
        (&["--cooks=1", "--cooks=2"], "--cooks is given twice"),
        (
            &["--cooks=ftp://eva:hun@ter2@x", "--quiet"],
            "--cooks: 'ftp://***@x' is not a whole number, 1 or more",
        ),
        (
            &["dessert"],
            "the argument 'dessert' is one too many; flags begin with --",
        ),
    ];
    for (words, expected) in cases {
        assert_eq!(mistake(words), expected, "{words:?}");
    }
}

#[test]
fn a_hidden_flag_is_never_suggested() {
    assert_eq!(mistake(&["--secre=x"]), "there is no flag --secre");
}

#[test]
fn help_shows_every_flag_with_its_choices_and_default_in_80_columns() {
    for flag in ["--help", "-h", "help"] {
        let help = printed(flag);
        assert_eq!(help, printed("--help"));
        for expected in [
            "Usage: pop-up-kitchen [FLAGS]\n",
            "\nKitchen:\n  -c, --cooks N ",
            "[one of: soup, salad, stew,",
            "[default: 10]",
            "\nGuests:\n      --guests N ",
            "  -h, --help ",
            "  pop-up-kitchen --cooks=3 --menu_card soup\n",
            "  129, 130, 143 ",
            "\nNobody leaves hungry.\n",
        ] {
            assert!(help.contains(expected), "{expected:?} is not in\n{help}");
        }
        assert!(!help.contains("secret"), "hidden flags are hidden");
        for line in help.lines() {
            assert!(line.chars().count() <= 80, "too long: {line}");
            assert_eq!(line, line.trim_end());
        }
    }
}

#[test]
fn the_version_is_one_line() {
    assert_eq!(printed("-V"), "pop-up-kitchen 1.2.3\n");
    assert_eq!(printed("--version"), "pop-up-kitchen 1.2.3\n");
}

#[test]
fn contradictions_between_the_lists_are_found() {
    assert_eq!(PROGRAM.contradictions::<Args>(), Vec::<String>::new());
    const WRONG: Program = Program {
        groups: &[Group {
            title: "Kitchen",
            flags: &[
                Flag::new("cooks"),
                Flag::new("cooks"),
                Flag::new("waiters"),
                Flag::new("menu-card").default("pizza").one_of(&["soup"]),
                Flag::new("quiet").folder(),
                Flag::new("guests"),
                Flag::new("patience"),
            ],
        }],
        ..PROGRAM
    };
    assert_eq!(
        WRONG.contradictions::<Args>(),
        [
            "--cooks is listed twice",
            "--waiters does not exist",
            "--menu-card: its default pizza is no choice",
            "--quiet takes no value",
            "--bill-folder is in no group",
        ]
    );
}

proptest! {
    /// Whatever is typed ends in arguments, in help, or in a mistake that says so; never in a panic.
    #[test]
    fn any_words_are_answered(words in prop::collection::vec(
        prop_oneof!["--?[a-z_-]{0,8}(=\\PC{0,5})?", "\\PC{0,8}", "--(cooks|quiet|menu_card)=?"], 0..5
    )) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if let Err(early) = parse(&words) {
            prop_assert!(!early.output.is_empty());
            prop_assert_eq!(early.exit == Exit::Usage, early.output.starts_with("error: "));
        }
    }
}
