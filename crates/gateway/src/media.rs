//! Which of the two answers of GraphQL over HTTP a client takes.

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    /// `application/graphql-response+json`: the status says what happened.
    Response,
    /// `application/json`: 200 for every well-formed request.
    Json,
}

impl Media {
    /// The value of `Content-Type`.
    pub fn name(self) -> &'static str {
        match self {
            Media::Response => "application/graphql-response+json; charset=utf-8",
            Media::Json => "application/json; charset=utf-8",
        }
    }

    /// The one that an `Accept` header prefers; `None` when it takes neither.
    pub fn accepted(header: Option<&str>) -> Option<Media> {
        let Some(header) = header.filter(|h| !h.trim().is_empty()) else { return Some(Media::Json) };
        let mut best: Option<(u32, u32, Media)> = None;
        for (place, range) in header.split(',').enumerate() {
            let mut parts = range.split(';').map(str::trim);
            let media = match parts.next().unwrap_or("").to_ascii_lowercase().as_str() {
                "application/graphql-response+json" => Media::Response,
                "application/json" | "application/*" | "*/*" => Media::Json,
                _ => continue,
            };
            let mut weight = 1000;
            let mut utf8 = true;
            for p in parts {
                if let Some(q) = p.strip_prefix("q=") {
                    // Thousandths, as the header has three digits at most.
                    weight = q.parse::<f64>().map_or(0, |q| (q.clamp(0.0, 1.0) * 1000.0) as u32);
                } else if let Some(charset) = p.to_ascii_lowercase().strip_prefix("charset=") {
                    utf8 = charset.trim_matches('"') == "utf-8";
                }
            }
            let rank = (weight, u32::MAX - place as u32);
            if weight > 0 && utf8 && best.is_none_or(|(w, p, _)| rank > (w, p)) {
                best = Some((rank.0, rank.1, media));
            }
        }
        best.map(|(_, _, m)| m)
    }
}

/// Whether a client is a person's browser, which gets a page instead.
pub(crate) fn wants_page(header: Option<&str>) -> bool {
    let Some(header) = header else { return false };
    let first = header.split(',').next().unwrap_or("").split(';').next().unwrap_or("").trim();
    first.eq_ignore_ascii_case("text/html") || first.eq_ignore_ascii_case("application/xhtml+xml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_decides() {
        for (header, expected) in [
            (None, Some(Media::Json)),
            (Some("*/*"), Some(Media::Json)),
            (Some("application/json"), Some(Media::Json)),
            (Some("application/json; charset=utf-8"), Some(Media::Json)),
            (Some("application/graphql-response+json"), Some(Media::Response)),
            (Some("application/graphql-response+json, application/json;q=0.9"), Some(Media::Response)),
            (Some("application/graphql-response+json;q=0.5, application/json"), Some(Media::Json)),
            (Some("text/html"), None),
            (Some("application/json;q=0"), None),
        ] {
            assert_eq!(Media::accepted(header), expected, "{header:?}");
        }
        assert!(wants_page(Some("text/html,application/xhtml+xml,*/*;q=0.8")));
        assert!(!wants_page(Some("*/*")));
    }
}
