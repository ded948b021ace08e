//! EXIF, as far as it says how a picture is turned.

/// The tag of the orientation (EXIF 2.3, 4.6.4).
const ORIENTATION: u16 = 0x0112;
/// A short number.
const SHORT: u16 = 3;
/// Cameras write some dozens.
const MOST_ENTRIES: u16 = 512;

/// How a picture is turned, 2 to 8; none where it stands upright or nothing is said.
pub(super) fn orientation(exif: &[u8]) -> Option<u8> {
    let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let long: [u8; 4] = tiff.get(4..8)?.try_into().ok()?;
    let first = if little {
        u32::from_le_bytes(long)
    } else {
        u32::from_be_bytes(long)
    };
    let first = usize::try_from(first).ok()?;
    let count = short(first)?.min(MOST_ENTRIES);
    for entry in 0..usize::from(count) {
        let at = first.checked_add(2 + entry * 12)?;
        if short(at)? == ORIENTATION && short(at + 2)? == SHORT {
            let turned = u8::try_from(short(at + 8)?).ok()?;
            return (2..=8).contains(&turned).then_some(turned);
        }
    }
    None
}

/// EXIF that says how a picture is turned, and nothing else.
pub(super) fn of_orientation(turned: u8) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08\0\x01".to_vec();
    tiff.extend(ORIENTATION.to_be_bytes());
    tiff.extend(SHORT.to_be_bytes());
    tiff.extend([0, 0, 0, 1, 0, turned, 0, 0]);
    tiff.extend([0; 4]);
    tiff
}
