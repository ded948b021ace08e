//! WebP (RFC 9649): only the chunks that draw a picture that stands still.

use super::exif;

const HEADER: usize = 12;
/// Of the extended header: a transparent picture, EXIF, a picture that moves.
const ALPHA: u8 = 0x10;
const EXIF: u8 = 0x08;
const MOVES: u8 = 0x02;

/// The picture without what describes it; none where it does not follow the format to its end, or
/// moves.
pub(super) fn stripped(bytes: &[u8]) -> Option<Vec<u8>> {
    let said = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?);
    let end = usize::try_from(said).ok()?.checked_add(8)?;
    let mut rest = bytes.get(HEADER..end)?;
    let mut turned = None;
    let mut extended: Option<[u8; 10]> = None;
    let mut drawn = Vec::with_capacity(bytes.len());
    let mut draws = false;
    while !rest.is_empty() {
        let name: &[u8; 4] = rest.get(..4)?.try_into().ok()?;
        let length = u32::from_le_bytes(rest.get(4..8)?.try_into().ok()?);
        let length = usize::try_from(length).ok()?;
        let body = rest.get(8..length.checked_add(8)?)?;
        match name {
            b"VP8X" => extended = Some(body.try_into().ok()?),
            b"VP8 " | b"VP8L" => {
                chunk(&mut drawn, name, body);
                draws = true;
            }
            b"ALPH" => chunk(&mut drawn, name, body),
            b"EXIF" => turned = turned.or(exif::orientation(body)),
            _ => {}
        }
        rest = rest.get(8 + length + length % 2..).unwrap_or_default();
    }
    if !draws {
        return None;
    }
    let mut out = b"RIFF\0\0\0\0WEBP".to_vec();
    if let Some(mut header) = extended {
        if header[0] & MOVES != 0 {
            return None;
        }
        header[0] = header[0] & ALPHA | turned.map_or(0, |_| EXIF);
        chunk(&mut out, b"VP8X", &header);
    }
    out.append(&mut drawn);
    if let Some(turned) = turned.filter(|_| extended.is_some()) {
        chunk(&mut out, b"EXIF", &exif::of_orientation(turned));
    }
    let length = u32::try_from(out.len() - 8).ok()?;
    out[4..8].copy_from_slice(&length.to_le_bytes());
    Some(out)
}

fn chunk(out: &mut Vec<u8>, name: &[u8; 4], body: &[u8]) {
    // What was read with a length of four bytes fits in one again.
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(name);
    out.extend(length.to_le_bytes());
    out.extend_from_slice(body);
    if body.len() % 2 == 1 {
        out.push(0);
    }
}
