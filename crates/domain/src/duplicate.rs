//! Whether a need says what another one has said already: by its text, and by place, class and time beside it (domain.md,
//! edge cases: suggested, never done by itself).
//!
//! Two communities may ask for the same in the same words, and each has a need of its own: what is proposed to be merged
//! (并单) is asked for in one place. What is only of the same matter may be brought under a topic (归并) wherever it is.

use crate::area::lies_in;
use chrono::NaiveDate;
use text::near::Near;

/// Days beyond which what is said again has happened again.
const AGAIN: u32 = 180;
/// Permille of the shorter text found again, of likeness, and characters, from which it is one message that was sent to
/// several places: nobody writes so much alike by chance.
const SENT_ROUND: (u32, u32, u32) = (950, 900, 40);

/// What of a need is compared beside its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told<'a> {
    /// Code of the area.
    pub area: &'a str,
    /// Code of the class; `None` while nobody has said it.
    pub category: Option<&'a str>,
    /// When it was collected.
    pub on: NaiveDate,
}

/// Two needs, compared beside their texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beside {
    /// Whether the area of one lies in that of the other.
    pub same_place: bool,
    /// Whether the class of one is that of the other or contains it; `None` where one of them has none.
    pub same_category: Option<bool>,
    /// Days between them.
    pub days: u32,
}

impl Beside {
    /// Compares two needs beside their texts.
    pub fn of(a: &Told<'_>, b: &Told<'_>) -> Beside {
        let class = a.category.zip(b.category);
        Beside {
            same_place: lies_in(a.area, b.area) || lies_in(b.area, a.area),
            same_category: class.map(|(a, b)| crate::category::distance(a, b).is_some()),
            days: (a.on - b.on).num_days().unsigned_abs().try_into().unwrap_or(u32::MAX),
        }
    }

    /// Compares several needs: what is said of all of them, and the days from the earliest to the latest.
    pub fn among(all: &[Told<'_>]) -> Beside {
        let pairs = all.iter().enumerate().flat_map(|(k, a)| all[..k].iter().map(move |b| Beside::of(a, b)));
        let none = Beside { same_place: true, same_category: Some(true), days: 0 };
        pairs.fold(none, |so_far, pair| Beside {
            same_place: so_far.same_place && pair.same_place,
            same_category: match (so_far.same_category, pair.same_category) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (a, b) => a.and(b),
            },
            days: so_far.days.max(pair.days),
        })
    }

    /// Whether needs whose texts are so near are one and the same, to be merged.
    pub fn is_copy(&self, near: &Near) -> bool {
        let (copied, alike, characters) = SENT_ROUND;
        let sent_round = near.copied >= copied && near.alike >= alike && near.characters >= characters;
        near.is_copy() && (self.same_place || sent_round) && self.may_be_one()
    }

    /// Whether class and time speak against needs being one.
    pub fn may_be_one(&self) -> bool {
        self.same_category != Some(false) && self.days <= AGAIN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told<'a>(area: &'a str, category: Option<&'a str>, day: u32) -> Told<'a> {
        Told {
            area,
            category,
            on: NaiveDate::from_num_days_from_ce_opt(739_000 + day as i32).expect("a day"),
        }
    }

    fn near(copied: u32, alike: u32, characters: u32) -> Near {
        Near { number: 0, copied, alike, characters, shared: Vec::new() }
    }

    #[test]
    fn the_same_words_are_a_copy_in_one_place_of_one_class_and_within_half_a_year() {
        let short = near(1000, 1000, 12);
        let one = told("150102001002", Some("0102"), 0);
        let copy = |other: Told<'_>| Beside::of(&one, &other).is_copy(&short);
        assert!(copy(told("150102001002", Some("0102"), 180)));
        assert!(copy(told("150102001", Some("010203"), 0)), "a street around it, a class below its own");
        assert!(copy(told("150102001002", None, 0)), "nobody has said its class");
        assert!(!copy(told("150102001003", Some("0102"), 0)), "the next community has a lamp of its own");
        assert!(!copy(told("150102001002", Some("0103"), 0)), "another class");
        assert!(!copy(told("150102001002", Some("0102"), 181)), "it has happened again");
    }

    #[test]
    fn of_several_is_said_what_holds_for_all() {
        let here = |category, day| told("150102001002", category, day);
        let among = |all: &[Told<'_>]| {
            let Beside { same_place, same_category, days } = Beside::among(all);
            (same_place, same_category, days)
        };
        let three = [here(Some("0102"), 9), here(Some("010203"), 0), here(Some("0102"), 40)];
        assert_eq!(among(&three), (true, Some(true), 40));
        assert_eq!(among(&[three[0], here(None, 9), three[1]]), (true, None, 9), "nobody has said one");
        let another = [three[0], here(None, 9), told("150105", Some("02"), 9)];
        assert_eq!(among(&another), (false, Some(false), 0));
    }

    #[test]
    fn a_long_message_in_the_same_words_is_one_wherever_it_arrives() {
        let beside = Beside::of(&told("150102001002", None, 0), &told("150105001002", None, 9));
        assert!(beside.is_copy(&near(950, 900, 40)));
        assert!(!beside.is_copy(&near(949, 900, 40)));
        assert!(!beside.is_copy(&near(950, 899, 40)));
        assert!(!beside.is_copy(&near(950, 900, 39)));
    }
}
