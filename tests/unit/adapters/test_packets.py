from __future__ import annotations

from functions.adapters.ffmpeg.packets import PacketCount, count_packets

HEAD = """\
#software: Lavf62.3.100
#tb 0: 1/12800
#media_type 0: video
#codec_id 0: h264
#dimensions 0: 320x240
#sar 0: 1/1
#tb 1: 1/48000
#media_type 1: audio
#codec_id 1: aac
#sample_rate 1: 48000
#stream#, dts,        pts, duration,     size, hash
"""


def _video(pts: int, *, duration: int = 512, rest: str = "") -> str:
    return f"0, {pts - 512:10}, {pts:10}, {duration:8}, {700:8}, 0x5e4b8e1d{rest}\n"


def _sound(pts: int, rest: str = "") -> str:
    return f"1, {pts:10}, {pts:10}, {1024:8}, {300:8}, 0x00000000{rest}\n"


def test_given_packets_of_two_streams_when_counted_then_each_kind_has_its_number_and_length():
    text = HEAD + _video(0) + _sound(0) + _video(512, rest=", F=0x0") + _sound(1024) + _sound(2048)

    assert count_packets(text) == {
        "video": PacketCount(packets=2, duration=80),
        "audio": PacketCount(packets=3, duration=64),
    }


def test_given_packets_out_of_order_when_measured_then_the_last_shown_ends_the_video():
    text = HEAD + _video(0) + _video(1536) + _video(512) + _video(1024)

    assert count_packets(text)["video"] == PacketCount(packets=4, duration=160)


def test_given_packets_that_are_never_shown_when_counted_then_they_are_left_out():
    text = HEAD + _video(-512, rest=", F=0x4") + _video(0) + _video(512, rest=", F=0x5, S=1")

    assert count_packets(text)["video"].packets == 1


def test_given_sound_that_is_primed_before_zero_when_measured_then_it_starts_at_zero():
    text = HEAD + _sound(-1024) + _sound(0) + _sound(1024)

    assert count_packets(text)["audio"] == PacketCount(packets=3, duration=43)


def test_given_side_data_and_no_flags_when_counted_then_the_packet_counts():
    text = HEAD + _video(0, rest=", S=1,       16, 0x00110012")

    assert count_packets(text)["video"].packets == 1


def test_given_no_duration_on_the_last_packet_when_measured_then_it_lasts_as_long_as_the_others():
    text = HEAD + _video(0) + _video(512) + _video(1024, duration=0)

    assert count_packets(text)["video"].duration == 120


def test_given_one_packet_without_a_duration_when_measured_then_it_lasts_nothing():
    assert count_packets(HEAD + _video(0, duration=0))["video"] == PacketCount(1, 0)


def test_given_a_stream_without_packets_when_counted_then_it_is_not_there():
    assert set(count_packets(HEAD + _video(0))) == {"video"}


def test_given_a_stream_of_another_kind_when_counted_then_picture_and_sound_are_unchanged():
    text = "#tb 2: 1/1000\n#media_type 2: subtitle\n" + HEAD + _video(0)
    text += "2, 0, 0, 40, 12, 0x00000001\n"

    counts = count_packets(text)

    assert counts["video"].packets == 1
    assert "audio" not in counts


def test_given_nothing_when_counted_then_there_is_nothing():
    assert count_packets("") == {}
