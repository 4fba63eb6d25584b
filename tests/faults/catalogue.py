"""The faults that a run may meet, what must come of each, and what proves it.

Beside what is said here, the same holds after every fault: no final name
without proved length and digest; the catalogue claims no more than the disk
holds; each listed recording is in one state, and the sums agree; a clean run
leaves what a run without the fault leaves; nothing is written outside the
archive or over anything; no secret is told; the exit status is true; the trail
is whole; memory, descriptors, disk and time are bounded; nobody is connected
to who is not allowed.

A proof is FILE::TEST below tests/.  Of an end-to-end test it may name
parameters, with * for any text; without any, all of them are meant.
"""

from dataclasses import dataclass

# Which numbers there are, and what the group is called.
GROUPS = {"N": (43, "The network"), "A": (38, "The platform"),
          "D": (25, "Disks and files"), "K": (24, "The process")}


@dataclass(frozen=True)
class Fault:
    id: str
    happens: str
    outcome: str
    proofs: tuple = ()
    open: str = ""          # what is missing for it to be proved
    elsewhere: str = ""     # why it does not concern what there is


def proved(ident, happens, outcome, *proofs):
    return Fault(ident, happens, outcome, proofs)


def unproved(ident, happens, outcome, missing, *proofs):
    """Proved by nothing, or only in part."""
    return Fault(ident, happens, outcome, proofs, open=missing)


def elsewhere(ident, happens, reason):
    return Fault(ident, happens, "", elsewhere=reason)


FAULTS = "e2e/test_faults.py::"
NET = "e2e/test_network_faults.py::"
ONE = NET + "test_fault_of_one_recording"
OF_RANGE = NET + "test_fault_of_a_range_request"
RESUME = "e2e/test_resume.py::test_the_right_bytes_in_the_end"
HASTE = "e2e/test_concurrency.py::"
LINKS = "e2e/test_links.py::"
MEDIA = "e2e/test_media.py::"
LISTING = "e2e/test_listing.py::"
MOVES = LISTING + "test_a_day_that_moves_while_it_is_walked_is_walked_again"
BROKEN = LISTING + "test_a_page_that_breaks_once_is_asked_again"
NONSENSE = LISTING + "test_a_platform_that_answers_only_nonsense_ends_the_run"
ODD = "e2e/test_documents.py::test_an_odd_document_keeps_its_place"
DIALECTS = "e2e/test_dialects.py::"
DISK = "e2e/test_disk.py::"
ONE_FILE = DISK + "test_one_recording_that_cannot_be_written"
ONCE = DISK + "test_a_call_that_fails_once"
ALWAYS = DISK + "test_a_call_that_fails_for_ever"
JOURNAL = DISK + "test_the_journal_of_the_catalogue_fails"
VERIFY = "e2e/test_verify.py::"
HARM = VERIFY + "test_every_harm_is_found_and_named"
MENDED = VERIFY + "test_every_harm_is_mended_by_repair_and_sync"
REBUILD = "e2e/test_rebuild.py::"
NOTIFY = "e2e/test_notify.py::"
EXPORT = "e2e/test_export.py::"
METRICS = "unit/flow/test_metrics_file.c::"
KILL = "e2e/test_kill.py::"
PROCESS = "e2e/test_process.py::"
ENVIRONMENT = PROCESS + "test_the_environment_does_not_change_the_archive"
OPEN = "unit/catalogue/test_open.c::"

AGAIN = "six attempts, then deferred; 1"
QUARANTINED = "set aside unasked, quarantined; 1"

NETWORK = [
    proved("N01", "a host name does not exist", AGAIN,
           FAULTS + "test_n01_a_name_that_is_not_there",
           "unit/http/test_engine_flow.c::test_dns_and_tls",
           "unit/http/test_retry.c::test_classify"),
    proved("N02", "the resolver does not answer",
           "the time to connect ends the attempt, and no other transfer waits, "
           "nor the end of the run; media: deferred, 1; platform: 4",
           FAULTS + "test_n02_a_resolver_that_does_not_answer",
           FAULTS + "test_n02_holds_up_no_other_host",
           FAULTS + "test_n02_the_platforms_name_is_not_answered",
           FAULTS + "test_n02_a_signal_ends_a_run_that_waits_for_a_name",
           "unit/http/test_naming.c::a_silent_name_holds_up_no_other",
           "unit/http/test_naming.c::who_waits_can_be_ended",
           "unit/http/test_resolver.c::silent_names_hold_up_no_other",
           "unit/http/test_resolver.c::a_stuck_resolver_can_be_freed"),
    proved("N03", "a host name has a private address",
           "no connection, no second attempt; deferred; 1",
           FAULTS + "test_n03_a_name_with_a_private_address",
           LINKS + "test_no_spelling_of_a_local_address_gets_through",
           "unit/http/test_address.c::test_public"),
    proved("N04", "a host name gets a private address while it is used",
           "the address of each connection is judged; deferred; 1",
           FAULTS + "test_n04_a_name_that_gets_a_private_address"),
    proved("N05", "connections are refused",
           "attempts keep their distance; media: deferred, 1; platform: 4",
           NET + "test_n05_a_dead_media_host_is_not_waited_for",
           NET + "test_api_that_cannot_be_reached[N05-refused]"),
    proved("N06", "connections are not answered at all",
           "the time to connect ends the attempt; deferred, 1; platform: 4",
           NET + "test_n06_media_host_is_a_black_hole",
           NET + "test_api_that_cannot_be_reached[N06-black-hole]"),
    proved("N07", "the connection ends before TLS begins",
           "tried again; 0",
           NET + "test_broken_handshakes_are_tried_again[N07-*]"),
    proved("N08", "the server answers TLS with an alert",
           "tried again; after six times 4",
           NET + "test_broken_handshakes_are_tried_again[N08-alert]",
           NET + "test_n08_alerts_without_end"),
    proved("N09", "the certificate is past its time",
           "refused at once, no byte sent; media: deferred, 1; platform: 4",
           NET + "TestUntrusted::test_api[N09-*]",
           NET + "TestUntrusted::test_media[N09-*]"),
    proved("N10", "the certificate is of another name", "as N09",
           NET + "TestUntrusted::test_api[N10-*]",
           NET + "TestUntrusted::test_media[N10-*]"),
    proved("N11", "the certificate is of nobody who is trusted", "as N09",
           NET + "TestUntrusted::test_api[N11-*]",
           NET + "TestUntrusted::test_media[N11-*]"),
    proved("N12", "the server speaks TLS 1.1 at best",
           "no byte sent; media: deferred, 1; platform: 4",
           NET + "test_n12_old_tls_is_not_spoken"),
    proved("N13", "RST behind the headers", AGAIN, ONE + "[N13-*]"),
    proved("N14", "RST behind the first byte, the half, before the last",
           AGAIN, ONE + "[N14-rst-first-byte]", ONE + "[N14-rst-half]",
           ONE + "[N14-rst-last-byte]"),
    proved("N15", "FIN before the told length", AGAIN, ONE + "[N15-*]"),
    proved("N16", "FIN, and no length was told",
           "never taken for whole; " + AGAIN, ONE + "[N16-*]",
           "e2e/test_transfer_rules.py::"
           "test_rule_2_a_server_that_never_gives_a_length"),
    proved("N17", "TLS ends without close_notify",
           "proves nothing without a length, takes nothing with one",
           NET + "test_n17_end_of_tls_without_close_notify"),
    proved("N18", "chunks without the last one", AGAIN, ONE + "[N18-*]"),
    proved("N19", "a chunk size that is none, or too large", AGAIN,
           ONE + "[N19-*]"),
    proved("N20", "silence before, behind the headers, in the body",
           "ended after a minute; " + AGAIN,
           NET + "test_stalls_are_ended_and_tried_again"),
    proved("N21", "a byte now and then",
           "ended below 1 KiB a second; slower is not stalled; " + AGAIN,
           NET + "test_stalls_are_ended_and_tried_again",
           NET + "test_slow_is_not_stalled"),
    proved("N22", "a length longer than the body", AGAIN, ONE + "[N22-*]"),
    proved("N23", "a length shorter than the body",
           "the audio is not whole: " + QUARANTINED, ONE + "[N23-*]"),
    proved("N24", "two lengths, or a length and chunks",
           "an error, whatever came; " + AGAIN, ONE + "[N24-*]"),
    proved("N25", "a body without end",
           "cut at transfer.max_recording, deferred without a second attempt; "
           "1", ONE + "[N25-*]",
           "e2e/test_transfer_rules.py::test_rule_5_bytes_are_counted_as_they"
           "_come"),
    proved("N26", "200 to a Range request", "the whole is taken; 0",
           OF_RANGE + "[N26-*]", RESUME + "[200-whole]"),
    proved("N27", "206 from another offset", "begun anew; 0",
           OF_RANGE + "[N27-*]", RESUME + "[206-other-offset]"),
    proved("N28", "206 of another or of no total", "begun anew; 0",
           OF_RANGE + "[N28-*]", RESUME + "[206-other-total]"),
    proved("N29", "206 without Content-Range, or with a wrong one",
           "begun anew; 0", OF_RANGE + "[N29-*]",
           RESUME + "[206-no-content-range]"),
    proved("N30", "206 in several parts", "begun anew; 0",
           OF_RANGE + "[N30-*]", RESUME + "[206-multipart]"),
    proved("N31", "416, the object being as large or smaller",
           "no success: begun anew; 0", OF_RANGE + "[N31-*]",
           "e2e/test_resume.py::"
           "test_kept_bytes_that_leave_nothing_to_ask_for"),
    proved("N32", "another ETag in the middle",
           "no byte of the old body stays; 0", OF_RANGE + "[N32-*]",
           "e2e/test_resume.py::"
           "test_an_object_that_was_replaced_is_fetched_whole"),
    proved("N33", "a weak ETag, or none", "no Range request at all; 0",
           OF_RANGE + "[N33-*]",
           "e2e/test_resume.py::test_without_a_strong_etag_it_begins_anew"),
    proved("N34", "a compressed body that nobody asked for",
           "neither unpacked nor stored; " + AGAIN, ONE + "[N34-*]",
           "e2e/test_transfer_rules.py::test_rule_5_nothing_is_decoded[gzip]"),
    proved("N35", "a compressed body that would fill the disk", "as N34",
           ONE + "[N35-*]",
           "e2e/test_transfer_rules.py::test_rule_5_nothing_is_decoded[bomb]"),
    proved("N36", "a page of HTML or XML with status 200", QUARANTINED,
           ONE + "[N36-*]"),
    proved("N37", "an error in JSON with status 200", QUARANTINED,
           ONE + "[N37-*]"),
    proved("N38", "no byte with status 200", QUARANTINED, ONE + "[N38-*]"),
    proved("N39", "429 or 503 with a Retry-After of any kind",
           "obeyed to five minutes, left to the next run beyond; nonsense is "
           "our own wait; 0 or 1", ONE + "[N39-*]",
           HASTE + "test_the_wait_that_is_asked_for_is_obeyed",
           HASTE + "test_a_wait_longer_than_five_minutes_is_left_to_the_next"
           "_run", HASTE + "test_five_minutes_are_waited_for",
           LISTING + "test_a_retry_after_of_no_use_is_survived"),
    proved("N40", "a storm of 500, 502, 504, and its end",
           "all of it comes in the same run, 0; a host that stays so is given "
           "up together, 1", ONE + "[N40-*]",
           NET + "test_n40_storm_then_recovery",
           "unit/http/test_gate.c::test_breaker"),
    elsewhere("N41", "the time stamping authority or the mirror is away",
              "there are no time stamps and no mirror yet"),
    proved("N42", "redirects: a loop, too many, other schemes, private hosts",
           "not followed; deferred without a second attempt; 1",
           ONE + "[N42-*]", LINKS + "test_five_hops_and_no_more",
           LINKS + "test_where_no_redirect_may_lead",
           LINKS + "test_a_redirect_to_another_origin_goes_without"
           "_credentials"),
    proved("N43", "a kept connection died",
           "asked again at once, no failed attempt; 0",
           NET + "test_a_dead_kept_connection_costs_nothing",
           ONE + "[N43-*]"),
]

PLATFORM = [
    proved("A01", "a call is put in before the page being listed",
           "listed again until it agrees; 0", MOVES + "[*-insert-before]"),
    proved("A02", "a call is put in behind it", "listed again; 0",
           MOVES + "[*-insert-after]"),
    proved("A03", "a call is taken out before it",
           "listed again, none is passed over; 0",
           MOVES + "[*-delete-before*]"),
    proved("A04", "the order changes", "listed again; 0",
           MOVES + "[*-reorder*]"),
    proved("A05", "an id twice with the same data",
           "one row, one file; Total does not agree, which is told; 1",
           FAULTS + "test_an_id_that_is_listed_twice[A05-same]"),
    proved("A06", "an id twice with other data",
           "one row, one file, the other document kept as a version; 1",
           FAULTS + "test_an_id_that_is_listed_twice[A06-other]"),
    proved("A07", "no id",
           "called by protocol and start; without these by its digest, and "
           "odd", ODD + "[missing-id]", "e2e/test_documents.py::"
           "test_a_document_without_anything_is_called_by_its_hash"),
    proved("A08", "an id that is null", "as A07", ODD + "[null-id]"),
    proved("A09", "an id that is empty", "as A07", ODD + "[empty-id]"),
    proved("A10", "an id of another type",
           "a number as its digits; else archived, and odd; 1",
           ODD + "[array-id]", ODD + "[true-id]", ODD + "[number-id]",
           "unit/omni/test_document.c::test_identity"),
    proved("A11", "a link that is null", "no_link, and complete; 0",
           ODD + "[null-url]"),
    proved("A12", "a link that is empty", "no_link, and complete; 0",
           ODD + "[empty-url]"),
    proved("A13", "a relative link", "fetched from the platform's origin; 0",
           LINKS + "test_links_of_every_form[relative*]"),
    elsewhere("A14", "a size of another type",
              "this platform's documents tell no size"),
    proved("A15", "a date of another type", "archived, and odd; 1",
           ODD + "[object-date]", ODD + "[array-date]", ODD + "[true-date]"),
    proved("A16", "a duration of another type",
           "left out of the tables; the document stays as it came",
           "unit/omni/test_document.c::test_wrong_types",
           ODD + "[wrong-types]"),
    proved("A17", "Total grows while it is listed", "listed again; 0",
           FAULTS + "test_a_total_that_changes_in_mid_listing[A17-up]"),
    proved("A18", "Total shrinks while it is listed", "listed again; 0",
           FAULTS + "test_a_total_that_changes_in_mid_listing[A18-down]"),
    proved("A19", "Total is wrong for good",
           "told in every place, nothing that came is lost; 1",
           LISTING + "test_a_total_that_lies_is_told_and_nothing_is_lost"),
    proved("A20", "pages without end, or the same page for ever",
           "ended after a bounded number of requests, told; 1",
           LISTING + "test_a_platform_that_knows_one_page_only_is_told",
           LISTING + "test_a_listing_without_end_is_ended",
           "unit/omni/test_walk.c::test_endless"),
    proved("A21", "an empty page in the middle",
           "once: asked again, 0; for good: told, 1",
           LISTING + "test_a_page_that_is_empty_once_is_asked_again",
           LISTING + "test_a_page_that_stays_empty_is_told"),
    proved("A22", "a page that is no JSON", "asked again; for good 4",
           BROKEN + "[malformed-*]", NONSENSE + "[malformed]"),
    proved("A23", "a page that is cut", "asked again; for good 4",
           BROKEN + "[cut-json-*]", BROKEN + "[cut-0]", BROKEN + "[cut-2]",
           NONSENSE + "[cut-json]", NONSENSE + "[cut]"),
    proved("A24", "garbage behind a page", "asked again; for good 4",
           BROKEN + "[trailing-garbage-*]",
           FAULTS + "test_pages_that_are_never_one_document[A24]"),
    proved("A25", "two documents in one page", "asked again; for good 4",
           BROKEN + "[two-documents-*]",
           FAULTS + "test_pages_that_are_never_one_document[A25]"),
    proved("A26", "a page of 50 MB", "cut off; for good 4",
           NONSENSE + "[huge-page]"),
    proved("A27", "a page nested 100,000 deep", "refused; for good 4",
           BROKEN + "[deep-*]",
           FAULTS + "test_pages_that_are_never_one_document[A27]"),
    proved("A28", "ids that are huge, negative, or full of odd characters",
           "told apart to the last digit; safe names of their own; 0",
           "unit/omni/test_document.c::test_identity",
           DIALECTS + "test_a_dialect_is_understood_and_remembered"
           "[identity-numeric]", "e2e/test_documents.py::"
           "test_hostile_ids_get_safe_names_of_their_own"),
    proved("A29", "a call of another day, of the future, of an odd night",
           "in the bag of its own day; odd when its time cannot be so",
           ODD + "[future-date]",
           DIALECTS + "test_a_call_at_midnight_is_in_its_own_day_only",
           DIALECTS + "test_a_time_belongs_to_the_day_it_has_in_the_zone",
           DIALECTS + "test_days_of_23_and_25_hours_are_complete"),
    proved("A30", "401 in mid-run", "one login for all; refused as well: 3",
           LISTING + "test_a_token_that_dies_in_mid_run_costs_one_login",
           LISTING + "test_one_login_serves_all_who_were_refused",
           LISTING + "test_a_login_that_is_refused_in_mid_run_ends_with_3"),
    proved("A31", "403: the link is past its time",
           "listed again at most three times, the fresh link is used; 0",
           LINKS + "test_a_refused_link_is_listed_again[403]",
           LINKS + "test_links_that_serve_once[403]",
           LINKS + "test_a_fresh_link_is_fetched_at_most_three_times"),
    proved("A32", "404: the recording is there no more",
           "deferred, gone in the third run; 1",
           LINKS + "test_what_stays_away_for_three_runs_is_gone[404]"),
    proved("A33", "a call or its link is listed days later",
           "found by looking back, put into its own day; 0",
           "e2e/test_limits.py::test_what_comes_late_is_put_into_its_own_day",
           LISTING +
           "test_documents_and_links_that_come_late_are_picked_up"),
    proved("A34", "an id that is stored gets other content",
           "the file stays, the earlier document is kept; 0",
           FAULTS + "test_a34_another_body_under_an_id_that_is_stored",
           LISTING + "test_a_changed_document_keeps_its_earlier_version"),
    proved("A35", "the link of an attachment is past its time, or it is gone",
           "the conversations of its day are listed again, once for all that "
           "wait; refused as well: deferred, 1",
           MEDIA + "test_a_refused_link_is_listed_again",
           MEDIA + "test_a_link_that_stays_dead_is_told",
           MEDIA + "test_what_was_taken_back_is_gone"),
    proved("A36", "something else comes in place of an attachment, or is one",
           "set aside by its bytes, whatever the server calls it; 1",
           MEDIA + "test_what_came_instead_is_quarantined",
           MEDIA + "test_what_people_send_and_is_not_kept",
           MEDIA + "test_a_file_that_is_cut_is_not_kept",
           "unit/media/test_inspect.c::test_cut_anywhere",
           "unit/media/test_inspect.c::test_what_is_not"),
    proved("A37", "links are signed anew by every listing, conversations grow",
           "one row, one file, fetched once; 0",
           MEDIA + "test_a_second_run_fetches_nothing",
           MEDIA + "test_a_conversation_that_changes_is_fetched_once",
           "unit/catalogue/test_attachments.c::test_a_fresh_link_is_nothing"
           "_new"),
    proved("A38", "another message stands where one with an attachment stood",
           "both are kept, under names of their own; 0",
           MEDIA + "test_another_message_in_its_place",
           "unit/catalogue/test_attachments.c::test_another_in_its_place"),
]

DISKS = [
    proved("D01", "no room when a file is opened",
           "5; room and a run mend it", ONE_FILE + "[openat2-ENOSPC]",
           ONCE + "[openat2-ENOSPC-*]"),
    proved("D02", "no room in the middle of a file", "5, names the place",
           ONE_FILE + "[pwrite64-ENOSPC]",
           DISK + "test_a_disk_that_fills_up",
           METRICS + "a_disk_that_fails_leaves_the_old_file"),
    proved("D03", "no room at fsync", "5; that file is lost, not another",
           ONE_FILE + "[fsync-ENOSPC]", ONCE + "[fsync-ENOSPC-*]"),
    proved("D04", "the quota ends at a write", "5",
           ONE_FILE + "[pwrite64-EDQUOT]"),
    proved("D05", "the quota ends at close", "5; not taken for stored",
           FAULTS + "test_d05_a_quota_that_ends_at_close"),
    proved("D06", "EIO at a write", "that file is deferred; 5",
           ONE_FILE + "[pwrite64-EIO]", ALWAYS + "[pwrite64-EIO]"),
    proved("D07", "EIO at the fsync of a file",
           "never asked for again: deferred, fetched anew; 5",
           ONE_FILE + "[fsync-EIO]", ALWAYS + "[fsync-EIO]",
           "unit/store/test_commit.c::a_failed_fsync_loses_the_file"),
    proved("D08", "EIO at the fsync of a folder",
           "names that may be lost are not claimed; 5",
           DISK + "test_a_failed_fsync_of_a_folder_leaves_a_valid_bag"),
    proved("D09", "EIO at close", "that file is deferred; 5",
           ONE_FILE + "[close-EIO]"),
    proved("D10", "EIO at a rename", "not claimed; mended by a run",
           ONCE + "[renameat2-EIO-*]", ONCE + "[renameat-EIO-*]",
           ALWAYS + "[renameat2-EIO]"),
    proved("D11", "no room at a rename", "not claimed; mended by a run",
           ONCE + "[renameat2-ENOSPC-*]", ONCE + "[renameat-ENOSPC-*]"),
    proved("D12", "the file system is read-only, or becomes so",
           "5 and named; what is there can be read",
           DISK + "test_a_read_only_disk_refuses_sync_but_can_be_read",
           ONCE + "[openat2-EROFS-*]", ONCE + "[renameat2-EROFS-*]",
           ALWAYS + "[renameat-EROFS]"),
    proved("D13", "no descriptor is left, in the process or the system",
           "never complete with something missing",
           DISK + "test_a_limit_of_descriptors",
           FAULTS + "test_an_error_at_one_call[*-D13-ENFILE]"),
    proved("D14", "a write is short, a file may not grow",
           "no death by signal; 5; an export leaves the file that was there",
           DISK + "test_a_limit_of_file_size",
           EXPORT + "test_a_disk_that_is_full_leaves_the_old_file"),
    proved("D15", "calls are interrupted",
           "begun again, 0; an open that is, is told: 5",
           FAULTS + "test_d15_calls_that_are_interrupted",
           FAULTS + "test_an_error_at_one_call[*-D15-EINTR]",
           "e2e/test_injections.py::test_calls_that_fail",
           "unit/base/test_fdio.c::test_interrupted"),
    proved("D16", "the root, or one day, may not be entered",
           "5, or 2 for the root, and named",
           FAULTS + "test_d16_a_day_that_may_not_be_entered",
           FAULTS + "test_an_error_at_one_call[*-D16-EACCES]",
           PROCESS + "test_another_user_cannot_use_the_archive"),
    proved("D17", "no room for the catalogue's journal alone",
           "what was not taken is not claimed; 5",
           JOURNAL + "[*-pwrite64-ENOSPC]"),
    proved("D18", "SQLite: I/O error, full, busy, corrupt, no database",
           "5; busy 7; a damaged one 6, and rebuild mends it",
           JOURNAL + "[*-EIO]",
           DISK + "test_a_catalogue_that_cannot_be_read",
           FAULTS + "test_d18_a_catalogue_that_is_busy",
           OPEN + "test_full_disk",
           REBUILD +
           "test_a_damaged_catalogue_is_told_and_mended_by_rebuild"),
    proved("D19", "a bit of a stored file changes",
           "verify names it, 6; set aside and fetched anew",
           HARM + "[flip*]", MENDED + "[flip*]"),
    proved("D20", "a bit of the catalogue changes",
           "6 until it is rebuilt, then nothing is fetched again",
           REBUILD + "test_a_damaged_catalogue_is_told_and_mended_by_rebuild"
           "[flipped]", REBUILD +
           "test_a_damaged_catalogue_is_told_and_mended_by_rebuild[head]",
           OPEN + "test_damaged"),
    proved("D21", "a stored file is deleted", "verify: missing, 6; fetched",
           HARM + "[deleted]", MENDED + "[deleted]"),
    proved("D22", "a file is put in", "verify: extra, 6; it is not touched",
           HARM + "[added*]", VERIFY + "test_strangers_far_down_are_found"),
    proved("D23", "a folder becomes a link",
           "not followed by verify, 6, nor by sync, 5",
           VERIFY + "test_a_folder_that_is_none_is_told_and_the_rest_is"
           "_verified[link-*]",
           FAULTS + "test_d23_a_day_that_leads_out_of_the_archive",
           "unit/store/test_commit.c::never_leaves_the_root"),
    proved("D24", "no inode is left", "5; room and a run mend it",
           FAULTS + "test_d24_no_inode_is_left"),
    proved("D25", "EIO when a stored file is read",
           "verify: unreadable, 6; the others are verified",
           FAULTS + "test_d25_a_file_that_cannot_be_read"),
]

PROCESSES = [
    proved("K01", "SIGKILL at calls that change a file",
           "what is stored stays, and the next run fetches only the rest",
           KILL + "test_killed_at_a_system_call",
           KILL + "test_killed_at_a_random_moment_the_next_run_mends_it",
           KILL + "test_the_kills_at_system_calls_do_happen",
           KILL + "test_killed_in_quarantine_no_body_lies_there_without_a"
           "_note",
           METRICS + "a_program_that_dies_leaves_the_old_file",
           EXPORT + "test_a_program_that_is_ended_leaves_the_old_file[9-*]",
           NOTIFY + "test_the_command_after_callark_was_killed"),
    proved("K02", "SIGKILL again while that is mended", "as K01",
           KILL + "test_killed_again_at_a_system_call_of_recovery",
           KILL + "test_killed_again_at_a_random_moment_of_recovery"),
    proved("K03", "SIGTERM", "what is stored is published; 143",
           PROCESS + "test_a_signal_stops_in_order[SIGTERM]",
           PROCESS + "test_a_stop_does_not_wait_for_a_silent_platform",
           NOTIFY + "test_a_stop_by_a_signal_is_nobodys_business",
           NOTIFY + "test_a_signal_ends_the_wait_for_a_service",
           NOTIFY + "test_a_signal_ends_the_wait_for_the_command"),
    proved("K04", "SIGINT", "the same; 130; a second one ends at once",
           PROCESS + "test_a_signal_stops_in_order[SIGINT]",
           PROCESS + "test_the_second_signal_ends_at_once"),
    proved("K05", "SIGHUP", "the same; 129",
           PROCESS + "test_a_signal_stops_in_order[SIGHUP]"),
    proved("K06", "who reads the talk or the results went away",
           "no SIGPIPE; the archive decides the status, of an export 5; one "
           "that pauses locks nothing",
           PROCESS + "test_a_reader_that_left_stops_nothing",
           EXPORT + "test_a_reader_that_leaves_ends_it_quietly",
           EXPORT + "test_a_slow_reader_holds_up_no_sync",
           "e2e/test_status.py::test_a_slow_reader_does_not_hold_up_a_sync"),
    proved("K07", "the kernel kills for want of memory",
           "a SIGKILL like any other; memory is bounded in the first place",
           KILL + "test_killed_at_a_random_moment_the_next_run_mends_it",
           "e2e/test_scale.py::"
           "test_a_hundred_thousand_documents_in_little_memory"),
    proved("K08", "an allocation fails, or all from then on",
           "no crash; told, as a rule by 70; mended by a run",
           FAULTS + "test_k08_an_allocation_fails",
           FAULTS + "test_k08_no_memory_is_told_without_any",
           "e2e/test_injections.py::test_allocations_that_fail"),
    proved("K09", "a thread cannot be made", "70, told; mended by a run",
           FAULTS + "test_k09_a_thread_that_cannot_be_made"),
    proved("K10", "runs are started together",
           "one does the work, the others end with 7",
           PROCESS + "test_of_a_burst_of_starts_one_does_the_work",
           PROCESS + "test_the_second_of_two_runs_gives_way_at_once"),
    proved("K11", "who held the lock was killed", "the lock is free",
           PROCESS + "test_the_lock_of_a_killed_run_holds_nobody_up"),
    proved("K12", "the lock file is removed beneath a run",
           "the root is locked too: no second one begins; 7",
           FAULTS + "test_k12_the_lock_file_is_taken_away"),
    proved("K13", "the wall clock is wrong, by hours or decades",
           "only what is written down of times is wrong; 0",
           FAULTS + "test_k13_a_wall_clock_that_is_wrong",
           "e2e/test_limits.py::test_a_clock_that_was_wrong_gives_nothing_up",
           "unit/model/test_zone.c::test_sao_paulo_nights"),
    proved("K14", "the wall clock steps in mid-run", "no wait hangs on it; 0",
           FAULTS + "test_k14_a_wall_clock_that_steps"),
    proved("K15", "the machine sleeps in mid-run",
           "attempts that slept are asked again; 0",
           FAULTS + "test_k15_a_run_that_slept"),
    proved("K16", "a power cut loses what was not synced",
           "bytes before their name, names before the end; no kept byte "
           "behind the last fsync is continued",
           KILL + "test_bytes_are_on_disk_before_their_name_and_names_before"
           "_the_end",
           "e2e/test_durability.py::test_an_archive_is_made",
           "e2e/test_durability.py::test_an_archive_grows",
           "e2e/test_durability.py::test_what_a_killed_run_named_is_recorded",
           "e2e/test_resume.py::"
           "test_kept_bytes_of_another_boot_count_only_as_synced",
           "e2e/test_trail.py::"
           "test_a_power_cut_leaves_an_entry_unfinished"),
    proved("K17", "runs overlap, or did not come for days",
           "7; the next goes on from the last settled day",
           PROCESS + "test_the_second_of_two_runs_gives_way_at_once",
           "e2e/test_sync_options.py::"
           "test_without_range_sync_goes_on_from_the_last_settled_day",
           "e2e/test_limits.py::"
           "test_a_day_that_is_not_settled_draws_the_range_back"),
    proved("K18", "the configuration changes, or is open to others, or closed",
           "read once; secrets that others may read are refused, 2",
           FAULTS + "test_k18_the_configuration_changes_in_mid_run",
           "e2e/test_config.py::"
           "test_a_secret_that_others_may_read_is_refused",
           PROCESS + "test_a_configuration_that_cannot_be_read"),
    proved("K19", "the archive is of a newer or an older callark",
           "refused with 6, never guessed at; the catalogue is rebuilt",
           OPEN + "test_other_format",
           "unit/archive/test_archive.c::test_newer_mark"),
    proved("K20", "other languages, or none", "the same archive; 0",
           ENVIRONMENT + "[LANG*]", ENVIRONMENT + "[nothing is set]"),
    proved("K21", "standard streams are closed at the start",
           "no file takes their place; 0",
           PROCESS + "test_streams_closed_at_the_start"),
    proved("K22", "an odd umask, another user, root",
           "modes are ours; an archive of another is refused, 2",
           PROCESS + "test_the_umask_does_not_change_modes",
           PROCESS + "test_another_user_cannot_use_the_archive",
           PROCESS + "test_root_does_not_use_the_archive_of_another"),
    proved("K23", "another time zone, or no data of zones",
           "the same archive, 0; without data 2, never UTC by chance",
           ENVIRONMENT + "[TZ*]",
           PROCESS + "test_without_time_zone_data_the_error_is_clear"),
    proved("K24", "very many small recordings, or large ones",
           "less than 64 MiB; time grows with the number only",
           "e2e/test_scale.py::"
           "test_a_hundred_thousand_documents_in_little_memory",
           "e2e/test_scale.py::test_no_step_is_quadratic",
           "e2e/test_scale.py::"
           "test_sixty_four_transfers_at_once_in_little_memory",
           "e2e/test_scale.py::test_large_bodies_are_not_held_in_memory"),
]

CATALOGUE = NETWORK + PLATFORM + DISKS + PROCESSES
