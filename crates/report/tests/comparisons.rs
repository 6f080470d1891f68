//! A comparison as text and as a page, of invented times.

use brigade_report::{Comparison, comparison_html, comparison_text, example};

fn comparison() -> Comparison {
    let mut comparison = example::comparison();
    comparison.command.push("</script><b>".to_owned());
    comparison
}

#[test]
fn the_tables_of_a_terminal() {
    let expected = "\
100 CVs, seed 42, 2 usable cores, faces from the embedded service

Phase 2 (cvs):
  setting          median    from      to  speed-up  per worker  serial part  of the best  of the ideal  peak memory
  sequential        1.1 s     1 s   1.2 s     1.00×       100 %            –        2.00×             –     20.0 MiB
  threads × 2      550 ms  540 ms  560 ms     2.00×       100 %          0 %        1.00×             –     20.0 MiB
  gil × 2          1.15 s   1.1 s   1.2 s     0.96×        48 %        109 %        2.09×             –     20.0 MiB
  processes × 256   1.3 s  1.25 s   1.3 s     0.85×         0 %        118 %        2.36×             –     20.0 MiB
  Best: threads × 2 with 550 ms, 2.00 times as fast as sequential.
  Under a global interpreter lock, gil × 2 took 1.15 s where threads × 2 took 550 ms.

The article's runs:
  run         CVs  phase 1    from – to  the article's  phase 2      from – to  the article's
  10, a loop   10      4 s  4 s – 4.2 s              –    40 ms  40 ms – 50 ms           24 s
  The article's program is Python, on another machine and with its own downloads, 0.4 s each on average; – stands where its figure is not known here.
";
    assert_eq!(comparison_text(&comparison()), expected);
}

#[test]
fn the_page_holds_every_setting_and_nothing_breaks_out_of_it() {
    let page = comparison_html(&comparison());
    for part in [
        "threads × 2",
        "1.15 s",
        "24 s",
        "Phase 2: cvs",
        "processes × 256",
        "Content-Security-Policy",
        "&lt;/script&gt;",
    ] {
        assert!(page.contains(part), "{part}: {page:.500}");
    }
    assert!(
        !page.contains("<b>") && !page.contains("<script"),
        "{page:.500}"
    );
}
