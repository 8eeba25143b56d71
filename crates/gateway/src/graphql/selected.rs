//! Of a document with several operations, the one that is executed.
//!
//! The library weighs all of them with the variables of that one (`async_graphql` 7: a list's length that stands in a
//! variable of another operation is then "not defined"), so that clients which keep their operations in one document
//! would be refused. What the others alone use goes with them, and is not looked at; what nobody uses stays, and is refused
//! as ever.

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, Selection, SelectionSet};
use std::collections::HashSet;

/// Leaves the named operation alone, where there is one of that name.
pub(crate) fn select(document: &mut ExecutableDocument, name: Option<&str>) {
    let (DocumentOperations::Multiple(operations), Some(name)) = (&document.operations, name) else { return };
    if !operations.contains_key(name) {
        return;
    }
    let (mut mine, mut others) = (HashSet::new(), HashSet::new());
    for (own, operation) in operations {
        let used = if own == name { &mut mine } else { &mut others };
        spreads(document, &operation.node.selection_set.node, used);
    }
    if let DocumentOperations::Multiple(operations) = &mut document.operations {
        operations.retain(|own, _| own == name);
    }
    document.fragments.retain(|own, _| mine.contains(own.as_str()) || !others.contains(own.as_str()));
}

/// The fragments that a selection uses, and those that they use: without recursion, however long their chain is.
fn spreads(document: &ExecutableDocument, set: &SelectionSet, used: &mut HashSet<String>) {
    let mut sets = vec![set];
    while let Some(set) = sets.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(f) => sets.push(&f.node.selection_set.node),
                Selection::InlineFragment(f) => sets.push(&f.node.selection_set.node),
                Selection::FragmentSpread(f) => {
                    let name = f.node.fragment_name.node.as_str();
                    if let Some(fragment) =
                        document.fragments.get(name).filter(|_| used.insert(name.to_owned()))
                    {
                        sets.push(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    #[test]
    fn what_others_alone_use_goes_with_them() {
        let text = "query A { a ...Both ...Ours } query B { ... on B { b { ...Both ...Theirs } } }
            fragment Both on X { x } fragment Ours on X { x { ...Deep } } fragment Deep on X { ...Deep }
            fragment Theirs on X { ...Far } fragment Far on X { x } fragment Nobodys on X { x }";
        let left = |name: Option<&str>| {
            let mut document = parse_query(text).expect("a document");
            select(&mut document, name);
            let mut operations: Vec<String> =
                document.operations.iter().filter_map(|(n, _)| n.map(ToString::to_string)).collect();
            let mut fragments: Vec<String> = document.fragments.keys().map(ToString::to_string).collect();
            operations.sort_unstable();
            fragments.sort_unstable();
            (operations.join(" "), fragments.join(" "))
        };
        let of = |o: &str, f: &str| (o.to_owned(), f.to_owned());
        assert_eq!(left(Some("A")), of("A", "Both Deep Nobodys Ours"));
        assert_eq!(left(Some("B")), of("B", "Both Far Nobodys Theirs"));
        assert_eq!(left(Some("C")), of("A B", "Both Deep Far Nobodys Ours Theirs"));
        assert_eq!(left(None).0, "A B");
    }

    #[test]
    fn a_long_chain_of_fragments_is_followed_to_its_end() {
        let chain: String = (0..30_000).map(|k| format!("fragment F{k} on X{{...F{}}}", k + 1)).collect();
        let text = format!("query A{{a}}query B{{...F0}}{chain}fragment F30000 on X{{x}}");
        let mut document = parse_query(text).expect("a document");
        select(&mut document, Some("A"));
        assert!(document.fragments.is_empty());
    }
}
