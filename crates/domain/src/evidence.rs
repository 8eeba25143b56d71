//! Files that show what was done (domain.md §9 rule 7, §11): what they may be.

use crate::Refusal;
use crate::codes::codes;

codes! {
    /// What a file is, by its first bytes.
    FileKind {
        /// A photo.
        Jpeg = "JPEG", "image/jpeg";
        /// A picture.
        Png = "PNG", "image/png";
        /// A photo.
        Webp = "WEBP", "image/webp";
        /// A paper.
        Pdf = "PDF", "application/pdf";
    }
}

codes! {
    /// What a file shows.
    EvidenceMoment {
        /// 办理前.
        Before = "BEFORE", "办理前";
        /// 办理后.
        After = "AFTER", "办理后";
        /// 材料: minutes, a list of attendance, a receipt.
        Paper = "PAPER", "材料";
    }
}

/// Files of an order at most.
pub const FILES: u64 = 20;

/// The kind that a file says it is (`Content-Type`) must be the kind that its bytes are.
///
/// # Errors
/// `FILE_EMPTY`, `FILE_KIND`, `FILE_FALSE`.
pub fn check_file(said: &str, found: Option<&str>, bytes: usize) -> Result<FileKind, Refusal> {
    let known = || FileKind::ALL.iter().map(|k| k.label()).collect::<Vec<_>>().join("、");
    if bytes == 0 {
        return Err(Refusal::new("FILE_EMPTY", "文件是空的,请重新选择。").at("file"));
    }
    let Some(kind) = found.and_then(|f| FileKind::ALL.iter().copied().find(|k| k.label() == f)) else {
        let words = format!("文件内容是「{}」,只能上传 {}。", found.unwrap_or("未知类型"), known());
        return Err(Refusal::new("FILE_KIND", words).at("file"));
    };
    if said.split(';').next().unwrap_or("").trim() != kind.label() {
        let words =
            format!("文件说是「{said}」,内容却是「{}」;请不要改后缀名,按实际类型上传。", kind.label());
        return Err(Refusal::new("FILE_FALSE", words).at("file"));
    }
    Ok(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        let code = |said: &str, found: Option<&str>, n| check_file(said, found, n).map_err(|r| r.code);
        assert_eq!(code("image/png", Some("image/png"), 9), Ok(FileKind::Png));
        assert_eq!(code("image/jpeg; charset=x", Some("image/jpeg"), 9), Ok(FileKind::Jpeg));
        assert_eq!(code("image/png", Some("image/jpeg"), 9), Err("FILE_FALSE"));
        assert_eq!(code("image/png", Some("application/x-executable"), 9), Err("FILE_KIND"));
        assert_eq!(code("image/png", None, 9), Err("FILE_KIND"));
        assert_eq!(code("image/png", None, 0), Err("FILE_EMPTY"));
    }
}
