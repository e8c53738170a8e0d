//! Ranges of npm versions: whether two of them have a version in common, as far as that can be told without a registry.

/// A version without its build part; a pre-release counts as its release.
type Version = [u64; 3];

/// Versions from the first on and below the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Interval {
    from: Version,
    below: Version,
}

const EVERYTHING: Interval = Interval {
    from: [0, 0, 0],
    below: [u64::MAX, 0, 0],
};

/// A range that satisfies both, or `None` when no version can.
pub fn common_range(one: &str, other: &str) -> Option<String> {
    let (one, other) = (one.trim(), other.trim());
    if one == other {
        return Some(one.to_owned());
    }
    // A tag, an address or a folder is the same only where it is written the same.
    let (mine, theirs) = (intervals(one)?, intervals(other)?);
    let common: Vec<Interval> = mine
        .iter()
        .flat_map(|mine| theirs.iter().filter_map(|theirs| intersection(*mine, *theirs)))
        .collect();
    if common.is_empty() {
        return None;
    }
    Some(if common == mine {
        one.to_owned()
    } else if common == theirs {
        other.to_owned()
    } else {
        common.iter().map(Interval::to_string).collect::<Vec<_>>().join(" || ")
    })
}

impl std::fmt::Display for Interval {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [major, minor, patch] = self.from;
        write!(formatter, ">={major}.{minor}.{patch}")?;
        if self.below != EVERYTHING.below {
            let [major, minor, patch] = self.below;
            write!(formatter, " <{major}.{minor}.{patch}")?;
        }
        Ok(())
    }
}

fn intersection(one: Interval, other: Interval) -> Option<Interval> {
    let common = Interval {
        from: one.from.max(other.from),
        below: one.below.min(other.below),
    };
    (common.from < common.below).then_some(common)
}

fn intervals(range: &str) -> Option<Vec<Interval>> {
    range.split("||").map(|part| interval(part.trim())).collect()
}

/// Comparators side by side, all of which hold.
fn interval(text: &str) -> Option<Interval> {
    if let Some((low, high)) = text.split_once(" - ") {
        return intersection(comparator(">=", low.trim())?, comparator("<=", high.trim())?);
    }
    // An operator may stand apart from its version.
    let mut joined = String::new();
    for word in text.split_whitespace() {
        if !joined.is_empty() && !joined.ends_with(['<', '>', '=', '^', '~']) {
            joined.push(' ');
        }
        joined.push_str(word);
    }
    joined.split(' ').try_fold(EVERYTHING, |sofar, word| {
        let version = word.trim_start_matches(['<', '>', '=', '^', '~']);
        let operator = &word[..word.len() - version.len()];
        intersection(sofar, comparator(operator, version)?)
    })
}

fn comparator(operator: &str, version: &str) -> Option<Interval> {
    let (low, given) = parse(version)?;
    // The first version that the same text does not mean any more: `1.2` means all of `1.2.x`.
    let next = |position: usize| -> Version {
        match position {
            0 => EVERYTHING.below,
            1 => [low[0].saturating_add(1), 0, 0],
            2 => [low[0], low[1].saturating_add(1), 0],
            _ => [low[0], low[1], low[2].saturating_add(1)],
        }
    };
    let (from, below) = match operator {
        "" | "=" => (low, next(given)),
        "^" => {
            let significant = low.iter().position(|part| *part > 0).unwrap_or(2) + 1;
            (low, next(significant.min(given.max(1)).min(3)))
        }
        "~" | "~>" => (low, next(given.min(2))),
        ">=" => (low, EVERYTHING.below),
        ">" => (next(given), EVERYTHING.below),
        "<" => (EVERYTHING.from, low),
        "<=" => (EVERYTHING.from, next(given)),
        _ => return None,
    };
    let from = if given == 0 { EVERYTHING.from } else { from };
    let below = if given == 0 { EVERYTHING.below } else { below };
    Some(Interval { from, below })
}

/// The numbers of a version and how many of them are given: `1.x` gives one, `*` none.
fn parse(text: &str) -> Option<(Version, usize)> {
    let text = text.trim_start_matches('v');
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let mut version = [0; 3];
    let mut given = 0;
    if core.is_empty() {
        return text.is_empty().then_some((version, 0));
    }
    for part in core.split('.') {
        if matches!(part, "x" | "X" | "*") {
            break;
        }
        *version.get_mut(given)? = part.parse().ok()?;
        given += 1;
    }
    Some((version, given))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_that_agree_give_the_narrower_one() {
        for (one, other, common) in [
            ("^9.0.1", "^9.0.0", "^9.0.1"),
            ("*", "^3.4.0", "^3.4.0"),
            ("", "~1.2", "~1.2"),
            (">=8", "^9.0.0", "^9.0.0"),
            ("1.x", "^1.4.0", "^1.4.0"),
            ("^1 || ^2", "^2.1.0", "^2.1.0"),
            ("latest", "latest", "latest"),
            ("1.2.3 - 2", "^1.0.0", ">=1.2.3 <2.0.0"),
            (">= 1.2", "< 1.5.0", ">=1.2.0 <1.5.0"),
            ("v1.2.3", "^1.0.0", "v1.2.3"),
        ] {
            assert_eq!(common_range(one, other).as_deref(), Some(common), "{one} {other}");
            assert_eq!(common_range(other, one).as_deref(), Some(common), "{other} {one}");
        }
    }

    #[test]
    fn ranges_without_a_common_version() {
        for (one, other) in [
            ("^3.4.0", "^9.0.1"),
            ("~1.2.0", "~1.3.0"),
            ("^0.2.0", "^0.3.0"),
            ("1.2.3", "1.2.4"),
            ("<1", ">=1"),
            ("latest", "^1.0.0"),
            ("file:../own", "^1.0.0"),
            ("git+https://example.com/a.git", "https://example.com/a.tgz"),
        ] {
            assert_eq!(common_range(one, other), None, "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read(one in "\\PC{0,12}", other in "[0-9.x*^~<>=|v -]{0,12}") {
            let common = common_range(&one, &other);
            prop_assert_eq!(common.is_some(), common_range(&other, &one).is_some());
            if let Some(common) = common {
                prop_assert!(common_range(&common, &one).is_some());
            }
        }
    }
}
