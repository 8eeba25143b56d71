//! Classes of requests: a replaceable table of three levels, codes nest by two digits (`01`, `0103`, `010307`).

/// How far a resource's class is from the class that a need asks for: 0 the same class, 1 or 2 the number of levels
/// between them; `None` when neither contains the other.
pub fn distance(need: &str, resource: &str) -> Option<u32> {
    let (long, short) = if need.len() >= resource.len() { (need, resource) } else { (resource, need) };
    long.starts_with(short).then(|| ((long.len() - short.len()) / 2) as u32)
}

/// Level of a code, from 1.
pub fn level(code: &str) -> u32 {
    (code.len() / 2) as u32
}

/// One class with the words that point to it.
pub struct Keywords {
    /// Code of the class.
    pub code: String,
    /// Words, as an office keeps them in the table.
    pub words: Vec<String>,
}

/// A class that keywords propose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed<'a> {
    /// Code of the class.
    pub code: &'a str,
    /// Those of its words that are there, in the order of the table.
    pub words: Vec<&'a str>,
    /// Whether the title has one: what a text says by the way may be about something else.
    pub in_title: bool,
}

/// Proposes a class from a table of keywords: each word that is there counts its length, in the title twice; ties fall by
/// code. A proposal only: a person confirms it.
pub fn propose<'a>(table: &'a [Keywords], title: &str, text: &str) -> Option<Proposed<'a>> {
    let times = |w: &str| 2 * usize::from(title.contains(w)) + usize::from(text.contains(w));
    let points = |k: &Keywords| -> usize { k.words.iter().map(|w| w.chars().count() * times(w)).sum() };
    let (_, _, best) = table
        .iter()
        .map(|k| (points(k), std::cmp::Reverse(k.code.as_str()), k))
        .filter(|(points, ..)| *points > 0)
        .max_by_key(|(points, code, _)| (*points, *code))?;
    let words: Vec<&str> = best.words.iter().map(String::as_str).filter(|w| times(w) > 0).collect();
    let in_title = words.iter().any(|w| title.contains(w));
    Some(Proposed { code: &best.code, words, in_title })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_near_when_one_contains_the_other() {
        assert_eq!(distance("010307", "010307"), Some(0));
        assert_eq!(distance("010307", "0103"), Some(1));
        assert_eq!(distance("01", "010307"), Some(2));
        assert_eq!(distance("010307", "010308"), None);
    }

    #[test]
    fn the_longest_words_win_and_nothing_gives_nothing() {
        let table = [
            Keywords { code: "0101".into(), words: vec!["路灯".into()] },
            Keywords { code: "0102".into(), words: vec!["路".into()] },
        ];
        assert_eq!(
            propose(&table, "路灯坏了", ""),
            Some(Proposed { code: "0101", words: vec!["路灯"], in_title: true })
        );
        assert_eq!(propose(&table, "坏了", "路灯坏了").map(|p| p.in_title), Some(false));
        assert_eq!(propose(&table, "你好", "早上"), None);
    }
}
