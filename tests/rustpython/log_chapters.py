"""The certified log: node hashes, the mountain range, rows, roots and witnesses."""

from refrain_core import answer_log, hash_tree, served_texts
from refrain_core.answer_log import AnswerLog
from refrain_core.certified_rows import CertifiedRows
from refrain_core.mountain_range import MountainRange
from refrain_core.row_salts import RowSalts
from tests.rustpython.inputs import TEXTS, Inputs
from tests.rustpython.recording import Recording


def add(book: Recording) -> None:
    """Record all chapters."""
    nodes(book)
    mountains(book)
    rows(book)
    logs(book)
    stored(book)
    served(book)


def nodes(book: Recording) -> None:
    """Hashes and parts of nodes, at the borders of CBOR's lengths."""
    book.chapter("hash trees")
    made = Inputs(31)
    for size in (0, 1, 23, 24, 255, 256, 65_535, 65_536):
        data = made.random.randbytes(size)
        book.call(hash_tree.byte_string, data)
        book.call(hash_tree.leaf_part, data)
        book.call(hash_tree.leaf_hash, data)
        book.call(hash_tree.labeled_leaf_hash, b"label", data)
        book.call(hash_tree.labeled_hash, b"label", data[:32])
        book.call(hash_tree.labeled_part, b"label", data[:64])
        book.call(hash_tree.fork_hash, data[:32], data[32:64])


def mountains(book: Recording) -> None:
    """A range that grows and changes, with every node's tree at each length."""
    book.chapter("mountain range")
    made = Inputs(32)
    mountain = book.call(MountainRange)
    book.call(MountainRange.fold, mountain)
    for count in range(1, 20):
        book.call(MountainRange.append, mountain, made.random.randbytes(32))
        book.call(MountainRange.replace, mountain, count // 2, made.random.randbytes(32))
        book.call(MountainRange.__len__, mountain)
        book.call(MountainRange.fold, mountain)
        for at in range(count):
            book.call(MountainRange.witness, mountain, at, b"\x82\x03\x40")


def rows(book: Recording) -> None:
    """Salts and rows of records of awkward characters, and labels of chunks."""
    book.chapter("salts and rows")
    salts = book.call(RowSalts, "5e" * 32, b"1|0")
    book.call(RowSalts, "5e" * 31, b"1|0")
    for number, text in enumerate(TEXTS):
        salt = book.call(RowSalts.of, salts, number * number)
        book.call(RowSalts.of_many, salts, number, number % 7)
        book.call(answer_log.row_of, salt, text * 200)
        book.call(answer_log.chunk_label, number << number)


def logs(book: Recording) -> None:
    """Logs that grow and change, their roots and witnesses; rows that there are none of."""
    book.chapter("answer log")
    made = Inputs(33)
    log = book.call(AnswerLog, b"1|0")
    book.call(AnswerLog.root, log)
    for count in range(1, 75):
        book.call(AnswerLog.append, log, made.random.randbytes(32))
        book.call(AnswerLog.__len__, log)
        if count % 3 == 0:
            book.call(AnswerLog.root, log)
        number = made.random.randrange(-2, count + 2)
        for method in (AnswerLog.row, AnswerLog.witness):
            book.call(method, log, number)
        book.call(AnswerLog.appended_root, log, made.random.randbytes(32))
        if count % 17 == 0:
            book.call(AnswerLog.extend, log, [made.random.randbytes(32) for _ in range(count)])
        if count % 5 == 0:
            book.call(AnswerLog.rewrite, log, number, answer_log.NO_ROW)
            book.call(AnswerLog.root, log)


def stored(book: Recording) -> None:
    """Answers kept, loaded, dropped and forgotten, before there is a log and after."""
    book.chapter("certified rows")
    made = Inputs(34)
    rows = book.call(CertifiedRows)
    for round_number in range(3):
        for number in range(30):
            place, text = f"place {made.random.randrange(9)}", made.text(50)
            book.call(CertifiedRows.keep, rows, place, text)
            book.call(CertifiedRows.load, rows, [(f"{number}", text)])
            leave = CertifiedRows.drop if number % 3 else CertifiedRows.forget
            book.call(leave, rows, place)
            book.call(CertifiedRows.proof, rows, f"{number // 2}")
            book.call(CertifiedRows.missing, rows, [place, "none"])
            if number % 10 == 9:
                book.call(CertifiedRows.drop_all, rows, [f"{number - 1}", place, "none"])
            book.call(CertifiedRows.__len__, rows)
        book.call(CertifiedRows.is_open, rows)
        book.call(CertifiedRows.left_over, rows)
        book.call(CertifiedRows.open, rows, "5e" * 32, f"{round_number}".encode())
    book.call(CertifiedRows.open, rows, "short", b"")


def served(book: Recording) -> None:
    """Hits and misses as texts, and texts that are none."""
    book.chapter("served texts")
    for text in TEXTS:
        for made in (
            book.call(served_texts.certified_text, "salt", "ab", "cd", text),
            book.call(served_texts.uncertified_text, 3, 7, text),
            book.call(served_texts.miss_text, text),
            text,
        ):
            book.call(served_texts.parse_served, made)
