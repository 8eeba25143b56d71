//! Pictures without what the camera wrote into them: where, when, with which device, a name (domain.md §11).

use domain::{FileKind, Refusal};
use img_parts::jpeg::{Jpeg, markers};
use img_parts::png::Png;
use img_parts::webp::WebP;
use img_parts::{Bytes, ImageEXIF};

/// Chunks of a PNG that say something about it and are not needed to show it.
const ABOUT: [[u8; 4]; 5] = [*b"eXIf", *b"tEXt", *b"zTXt", *b"iTXt", *b"tIME"];

/// The picture as it looks and no more; a paper as it is. Which way is up stays.
///
/// # Errors
/// `FILE_BROKEN`: it is cut short, or no picture behind its first bytes.
pub(crate) fn plain(kind: FileKind, bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    let broken = |_| Refusal::new("FILE_BROKEN", "图片不完整或已损坏,请重新导出后上传。").at("file");
    let file = Bytes::copy_from_slice(bytes);
    let plain = match kind {
        FileKind::Pdf => return Ok(bytes.to_vec()),
        FileKind::Jpeg => {
            let mut picture = Jpeg::from_bytes(file).map_err(broken)?;
            let up = picture.exif().and_then(orientation);
            picture.segments_mut().retain(|s| shows(s.marker(), s.contents()));
            picture.set_exif(up.map(only));
            return Ok(to_the_end(&picture.encoder().bytes()).to_vec());
        }
        FileKind::Png => {
            let mut picture = Png::from_bytes(file).map_err(broken)?;
            picture.chunks_mut().retain(|c| !ABOUT.contains(&c.kind()));
            picture.encoder().bytes()
        }
        FileKind::Webp => {
            let mut picture = WebP::from_bytes(file).map_err(broken)?;
            let up = picture.exif().and_then(orientation);
            picture.remove_chunks_by_id(*b"XMP ");
            picture.set_exif(up.map(only));
            picture.encoder().bytes()
        }
    };
    Ok(plain.to_vec())
}

/// Whether a segment of a JPEG is needed to show it: its tables and frames, and what names the colours.
fn shows(marker: u8, contents: &[u8]) -> bool {
    match marker {
        markers::APP0 | markers::APP14 => true,
        markers::APP2 => contents.starts_with(b"ICC_PROFILE\0"),
        markers::APP1..=markers::APP15 | markers::COM => false,
        _ => true,
    }
}

/// A JPEG up to its end: telephones put films and further pictures behind it, which say where they were taken.
fn to_the_end(bytes: &[u8]) -> &[u8] {
    let mut at = 2;
    while let Some(&[first, marker]) = bytes.get(at..at + 2) {
        at += match (first, marker) {
            (markers::P, markers::EOI) => return &bytes[..at + 2],
            // Coded data, a fill byte, or a marker that has nothing behind it.
            (markers::P, 0xff) => 1,
            (markers::P, 0x00 | 0x01 | 0xd0..=0xd8) => 2,
            (markers::P, _) => match bytes.get(at + 2..at + 4) {
                Some(&[high, low]) => 2 + usize::from(u16::from_be_bytes([high, low])),
                _ => break,
            },
            _ => 1,
        };
    }
    bytes
}

/// Which way is up, of the eight ways that there are; none where it is as it lies.
fn orientation(exif: Bytes) -> Option<u8> {
    let found = exif::Reader::new().read_raw(exif.to_vec()).ok()?;
    let way = found.get_field(exif::Tag::Orientation, exif::In::PRIMARY)?.value.get_uint(0)?;
    u8::try_from(way).ok().filter(|way| (2..=8).contains(way))
}

/// Exif that says which way is up and nothing else: one directory with one entry.
fn only(way: u8) -> Bytes {
    let head = b"MM\0*\0\0\0\x08";
    let entry = [0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, way, 0, 0];
    let mut all = head.to_vec();
    all.extend(entry);
    all.extend([0; 4]);
    Bytes::from(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use img_parts::jpeg::JpegSegment;
    use img_parts::png::PngChunk;

    fn jpeg(exif: Option<Bytes>) -> Vec<u8> {
        let segment = |marker, contents: &'static [u8]| {
            JpegSegment::new_with_contents(marker, Bytes::from_static(contents))
        };
        let empty = Bytes::from_static(&[0xff, 0xd8, 0xff, 0xd9]);
        let mut picture = Jpeg::from_bytes(empty).expect("the frame of a picture");
        picture.segments_mut().extend([
            segment(markers::APP0, b"JFIF\0"),
            segment(markers::APP1, b"http://ns.adobe.com/xap/1.0/\0GPS 40.84"),
            segment(markers::APP13, b"Photoshop 3.0\0"),
            segment(markers::COM, "张三家门口".as_bytes()),
            segment(markers::DQT, b"table"),
            JpegSegment::new_with_entropy(
                markers::SOS,
                Bytes::from_static(b"scan"),
                Bytes::from_static(b"pixels\xff\x00more\xff\xd9a film at GPS 40.84"),
            ),
        ]);
        picture.set_exif(exif);
        picture.encoder().bytes().to_vec()
    }

    #[test]
    fn a_picture_keeps_which_way_is_up_and_nothing_else_that_the_camera_wrote() {
        let told = plain(FileKind::Jpeg, &jpeg(Some(only(6)))).expect("a picture");
        assert!(told.ends_with(b"pixels\xff\x00more\xff\xd9"), "nothing behind its end");
        let picture = Jpeg::from_bytes(Bytes::from(told)).expect("a picture");
        assert_eq!(picture.exif(), Some(only(6)));
        let left: Vec<u8> = picture.segments().iter().map(JpegSegment::marker).collect();
        assert_eq!(left, [markers::APP0, markers::APP1, markers::DQT, markers::SOS]);
        let plain_one =
            plain(FileKind::Jpeg, &jpeg(Some(Bytes::from_static(b"not exif")))).expect("a picture");
        assert_eq!(Jpeg::from_bytes(Bytes::from(plain_one)).expect("a picture").exif(), None);
    }

    #[test]
    fn a_png_loses_its_words_and_a_broken_one_is_refused() {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, contents) in
            [(b"IHDR", &b"a header"[..]), (b"tEXt", b"Author\0"), (b"IDAT", b"pixels"), (b"IEND", b"")]
        {
            bytes.extend(PngChunk::new(*kind, Bytes::copy_from_slice(contents)).encoder().bytes());
        }
        let told = plain(FileKind::Png, &bytes).expect("a picture");
        let kinds: Vec<[u8; 4]> = Png::from_bytes(Bytes::from(told))
            .expect("a picture")
            .chunks()
            .iter()
            .map(PngChunk::kind)
            .collect();
        assert_eq!(kinds, [*b"IHDR", *b"IDAT", *b"IEND"]);
        let cut = &bytes[..bytes.len() - 5];
        assert_eq!(plain(FileKind::Png, cut).map_err(|r| r.code), Err("FILE_BROKEN"));
        assert_eq!(plain(FileKind::Pdf, b"%PDF-").map_err(|r| r.code), Ok(b"%PDF-".to_vec()));
    }
}
