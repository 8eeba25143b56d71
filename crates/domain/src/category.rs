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

/// Proposes a class from a table of keywords: each occurrence counts the word's length, in the title twice;
/// ties fall by code. A proposal only: a person confirms it.
pub fn propose<'a>(table: &'a [Keywords], title: &str, text: &str) -> Option<&'a str> {
    let points = |k: &Keywords| -> usize {
        k.words
            .iter()
            .map(|w| {
                w.chars().count()
                    * (2 * usize::from(title.contains(w.as_str())) + usize::from(text.contains(w.as_str())))
            })
            .sum()
    };
    table
        .iter()
        .map(|k| (points(k), std::cmp::Reverse(k.code.as_str())))
        .filter(|(p, _)| *p > 0)
        .max()
        .map(|(_, std::cmp::Reverse(code))| code)
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
        assert_eq!(propose(&table, "路灯坏了", ""), Some("0101"));
        assert_eq!(propose(&table, "你好", "早上"), None);
    }
}
