//! JPEG (ITU-T T.81): only the segments that draw the picture, up to its end.

use super::exif;

const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP14: u8 = 0xee;
const SOS: u8 = 0xda;
const EOI: u8 = 0xd9;
/// JFIF without its thumbnail.
const JFIF_BYTES: usize = 12;
/// What says how the colours are coded.
const ADOBE_BYTES: usize = 12;

/// The picture without what describes it; none where it does not follow the format to its end.
pub(super) fn stripped(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut at = bytes.starts_with(&[0xff, 0xd8]).then_some(2)?;
    let mut turned = None;
    let mut jfif = None;
    let mut drawn = Vec::with_capacity(bytes.len());
    let mut scanned = false;
    loop {
        let marker = marker(bytes, &mut at)?;
        if marker == EOI {
            break;
        }
        let length = usize::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
        let body = bytes.get(at + 2..at.checked_add(length)?)?;
        at += length;
        match marker {
            APP0 if body.starts_with(b"JFIF\0") && jfif.is_none() => jfif = body.get(..JFIF_BYTES),
            APP1 if body.starts_with(b"Exif\0\0") => turned = turned.or(exif::orientation(body)),
            APP14 if body.starts_with(b"Adobe") => {
                segment(&mut drawn, marker, body.get(..ADOBE_BYTES)?)
            }
            _ if draws(marker) => segment(&mut drawn, marker, body),
            _ => {}
        }
        if marker == SOS {
            let end = end_of_scan(bytes, at)?;
            drawn.extend_from_slice(bytes.get(at..end)?);
            at = end;
            scanned = true;
        }
    }
    if !scanned {
        return None;
    }
    let mut out = vec![0xff, 0xd8];
    if let Some(jfif) = jfif {
        segment(&mut out, APP0, &[jfif, &[0, 0]].concat());
    }
    if let Some(turned) = turned {
        let exif = [b"Exif\0\0".as_slice(), &exif::of_orientation(turned)].concat();
        segment(&mut out, APP1, &exif);
    }
    out.append(&mut drawn);
    out.extend([0xff, EOI]);
    Some(out)
}

/// The next marker that has a body, or the end; markers may be preceded by any number of 0xff.
fn marker(bytes: &[u8], at: &mut usize) -> Option<u8> {
    if *bytes.get(*at)? != 0xff {
        return None;
    }
    while *bytes.get(*at)? == 0xff {
        *at += 1;
    }
    let marker = *bytes.get(*at)?;
    *at += 1;
    // A restart or a second beginning outside a scan is no picture that a camera wrote.
    (!matches!(marker, 0x00 | 0x01 | 0xd0..=0xd8)).then_some(marker)
}

/// Frames, tables, scans and restart intervals.
fn draws(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xc7 | 0xc9..=0xcf | SOS | 0xdb | 0xdc | 0xdd)
}

/// Where the coded data of a scan end: at a marker that is neither stuffing nor a restart.
fn end_of_scan(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        match bytes.get(at + 1)? {
            0x00 | 0xd0..=0xd7 => at += 2,
            0xff => at += 1,
            _ => return Some(at),
        }
    }
}

fn segment(out: &mut Vec<u8>, marker: u8, body: &[u8]) {
    // What was read with a length of two bytes fits in one again.
    let length = u16::try_from(body.len() + 2).unwrap_or(u16::MAX);
    out.extend([0xff, marker]);
    out.extend(length.to_be_bytes());
    out.extend_from_slice(body);
}
