"""What people upload becomes a picture with nothing in it but pixels, or a sentence that says why not."""

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from newsletter.core.errors import Refused
from newsletter.media.picture import MOST_OCTETS, resize_image, sanitise_image


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def opened(octets: bytes) -> Image.Image:
    image = Image.open(BytesIO(octets))
    image.load()
    return image


def frames_of(image: Image.Image) -> int:
    return int(getattr(image, "n_frames", 1))


def halves(mode: str = "RGB", size: tuple[int, int] = (40, 20)) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, (200, 0, 0))
    image.paste((0, 0, 200), (size[0] // 2, 0, *size))
    return image.convert(mode)


@pytest.mark.parametrize(
    ("mode", "kind", "kept"),
    [
        ("RGB", "jpeg", "jpeg"),
        ("L", "jpeg", "jpeg"),
        ("CMYK", "jpeg", "jpeg"),
        ("RGB", "png", "png"),
        ("RGBA", "png", "png"),
        ("P", "png", "png"),
        ("1", "png", "png"),
        ("LA", "png", "png"),
        ("P", "gif", "gif"),
        ("RGB", "webp", "jpeg"),
        ("RGBA", "webp", "png"),
    ],
)
def test_each_format_is_taken_in_and_made_smaller(mode: str, kind: str, kept: str) -> None:
    image = halves(mode)
    if mode in {"RGBA", "LA"}:
        image.putpixel((0, 0), (0, 0, 0, 0)[: len(mode)])
    picture = sanitise_image(encoded(image, kind))
    assert (picture.format, picture.width, picture.height) == (kept, 40, 20)
    assert opened(picture.octets).format == kept.upper()
    red, _, blue = opened(picture.octets).convert("RGB").getpixel((35, 10))  # type: ignore[misc]
    if mode not in {"L", "LA", "1"}:
        assert blue > 150
        assert red < 60
    small = resize_image(picture.octets, 10)
    assert (small.format, small.width, small.height) == (kept, 10, 5)
    assert opened(small.octets).size == (10, 5)


def test_nothing_is_made_larger() -> None:
    picture = sanitise_image(encoded(halves(), "png"))
    assert resize_image(picture.octets, 600).octets == picture.octets


def test_metadata_is_stripped_and_the_noted_orientation_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it clockwise by a quarter
    exif[0x010F] = "a telling camera"
    exif.get_ifd(0x8825)[1] = "N"
    upload = encoded(halves(), "jpeg", exif=exif, comment=b"a private comment")
    assert b"telling camera" in upload
    picture = sanitise_image(upload)
    assert (picture.width, picture.height) == (20, 40)
    red, _, _ = opened(picture.octets).getpixel((10, 5))  # type: ignore[misc]
    assert red > 150  # what was left is on top now
    assert b"telling camera" not in picture.octets
    assert b"private comment" not in picture.octets
    assert not opened(picture.octets).getexif()


def test_text_in_a_png_is_stripped() -> None:
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("Author", "somebody in particular")
    upload = encoded(halves(), "png", pnginfo=notes)
    assert b"somebody" in upload
    assert b"somebody" not in sanitise_image(upload).octets


def test_colours_are_converted_to_srgb_and_the_profile_left_out() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = sanitise_image(encoded(halves(), "png", icc_profile=profile))
    assert "icc_profile" not in opened(picture.octets).info
    broken = sanitise_image(encoded(halves(), "png", icc_profile=b"not a profile at all"))
    assert opened(broken.octets).getpixel((5, 5))[0] == 200  # type: ignore[index]


def test_an_animation_keeps_its_frames_and_their_times() -> None:
    frames = [halves(), *(Image.new("RGB", (40, 20), colour) for colour in ((0, 200, 0), (9, 9, 9)))]
    upload = encoded(
        frames[0], "gif", save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=0
    )
    for picture in (sanitise_image(upload), resize_image(sanitise_image(upload).octets, 20)):
        with Image.open(BytesIO(picture.octets)) as again:
            assert frames_of(again) == 3
            assert again.info["loop"] == 0
            again.seek(2)
            assert again.info["duration"] == 300


def test_a_moving_webp_becomes_a_gif() -> None:
    frames = [halves(), Image.new("RGB", (40, 20), (0, 200, 0))]
    upload = encoded(frames[0], "webp", save_all=True, append_images=frames[1:], duration=80)
    picture = sanitise_image(upload)
    assert picture.format == "gif"
    with Image.open(BytesIO(picture.octets)) as again:
        assert frames_of(again) == 2


def called(upload: bytes, width: int, height: int) -> bytes:
    """A small PNG or GIF that says it has these sizes: what a bomb is made of, without filling it."""
    if upload.startswith(b"GIF"):
        return upload[:6] + struct.pack("<HH", width, height) + upload[10:]
    head = b"IHDR" + struct.pack(">II", width, height) + upload[24:29]
    return upload[:12] + head + struct.pack(">I", zlib.crc32(head)) + upload[33:]


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    small = encoded(halves("1"), "png")
    assert opened(called(small, 40, 20)).size == (40, 20)
    for size in ((50_000, 50_000), (8_000, 5_001)):
        with pytest.raises(Refused, match="40 million pixels"):
            sanitise_image(called(small, *size))
    with pytest.raises(Refused, match="40 million pixels"):
        sanitise_image(encoded(Image.new("1", (8_000, 5_001)), "png"))
    with pytest.raises(Refused, match="is damaged"):
        sanitise_image(called(small, 100, 100))


def test_the_pixels_of_all_frames_count() -> None:
    frames = [Image.new("RGB", (30, 30), (0, 0, number)) for number in (0, 50, 100, 150, 200)]
    upload = encoded(frames[0], "gif", save_all=True, append_images=frames[1:])
    assert sanitise_image(called(upload, 300, 300)).width == 300
    with pytest.raises(Refused, match="40 million pixels"):
        sanitise_image(called(upload, 3_000, 3_000))


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(Refused, match="larger than 20 MB"):
        sanitise_image(b"\xff\xd8" + bytes(MOST_OCTETS))


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"%PDF-1.7",
        b"BM" + bytes(100),
    ],
)
def test_what_is_not_an_image_of_the_four_kinds_is_refused(octets: bytes) -> None:
    with pytest.raises(Refused, match="is not a JPEG, PNG, GIF or WebP image"):
        sanitise_image(octets)


@pytest.mark.parametrize("kind", ["bmp", "tiff", "ico"])
def test_other_kinds_of_image_are_refused(kind: str) -> None:
    with pytest.raises(Refused):
        sanitise_image(encoded(halves(), kind))


@pytest.mark.parametrize("kind", ["jpeg", "png", "gif", "webp"])
@given(data=st.data())
def test_a_damaged_file_is_shown_or_refused_but_never_breaks(kind: str, data: st.DataObject) -> None:
    octets = bytearray(encoded(halves(size=(64, 48)), kind))
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(octets)))
    for broken in (bytes(octets), bytes(octets[:cut])):
        try:
            picture = sanitise_image(broken)
        except Refused:
            continue
        assert opened(picture.octets).size == (picture.width, picture.height)


def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def rgba_at(picture: bytes, *places: tuple[int, int]) -> list[tuple[int, ...]]:
    image = opened(picture).convert("RGBA")
    return [image.getpixel(place) for place in places]  # type: ignore[misc]


def test_grey_of_16_bits_keeps_its_shades() -> None:
    deep = Image.new("I;16", (3, 1))
    for column, value in enumerate((0, 32_896, 65_535)):
        deep.putpixel((column, 0), value)
    taken = opened(sanitise_image(encoded(deep, "png")).octets)
    assert (taken.mode, [taken.getpixel((column, 0)) for column in range(3)]) == ("L", [0, 128, 255])
    keyed = sanitise_image(encoded(deep, "png", transparency=65_535)).octets
    assert [pixel[3] for pixel in rgba_at(keyed, (0, 0), (2, 0))] == [255, 0]


@pytest.mark.parametrize("mode", ["P", "LA", "RGB", "RGBA", "1", "L"])
def test_transparency_stays_beside_a_colour_profile(mode: str) -> None:
    picture = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    picture.paste((255, 255, 255, 255), (20, 0, 40, 20))
    options: dict[str, object] = {"icc_profile": srgb()}
    if mode in ("RGB", "1", "L"):
        options["transparency"] = (0, 0, 0) if mode == "RGB" else 0
    upload = encoded(picture.convert(mode), "png", **options)
    taken = sanitise_image(upload).octets
    (clear, white) = rgba_at(taken, (2, 2), (38, 2))
    assert clear[3] == 0
    assert white == (255, 255, 255, 255)
    assert rgba_at(resize_image(taken, 10).octets, (1, 1))[0][3] == 0


def test_a_palette_whose_entries_are_half_transparent_is_taken_without_warnings() -> None:
    picture = halves("P")
    taken = sanitise_image(encoded(picture, "png", transparency=bytes([128] * 256), icc_profile=srgb()))
    assert opened(taken.octets).convert("RGBA").getpixel((0, 0))[3] == 128  # type: ignore[index]


def test_a_scan_of_one_bit_is_made_smaller_smoothly() -> None:
    stripes = Image.new("1", (40, 4))
    for column in range(0, 40, 2):
        stripes.paste(1, (column, 0, column + 1, 4))
    small = opened(resize_image(sanitise_image(encoded(stripes, "png")).octets, 20).octets)
    assert small.mode == "L"
    assert 100 < small.getpixel((10, 1)) < 155  # type: ignore[operator]
