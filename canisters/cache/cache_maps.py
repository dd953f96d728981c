"""The cache's stable memory: every map's id, bounds and meaning.

    id       key -> value
    0        kybra-simple-db's rows: controllers, writers, settings
    1        the cache's own rows: layout version, counters, sequence
    2 to 33  banks 0 to 31: answers, by the digest's first five bits
    34       namespaces' settings and counts
    35       purged and tainted scopes

A text of n bytes takes 7 + 1 + n bytes as Candid below 128, 7 + 2 + n from there on.

Keys of a bank: 16 characters of XXH64, a stroke, 3 digits of a piece's number; 8 + 20 = 28 bytes.
Values of a bank: 4,520 of a record, whose answer fills what its header leaves, 9 + 4,523 = 4,532
bytes at the most; a further piece has 4,000. Layout 1's records had a header of at most 523 bytes
and 4,000 of answer. Larger bounds than these Kybra refuses at an upgrade.

Keys of map 34: 2 of kind and 71 of namespace; values: 16 counts of up to 21 digits and their bars.
Keys of map 35: 220 of scope and 8 of "tainted/"; values: 20 digits.

Each map takes 8 MiB of stable memory at once; each record about 4,560 bytes whatever it holds.
"""

from kybra import StableBTreeMap, text

access_rows = StableBTreeMap[str, str](memory_id=0, max_key_size=120, max_value_size=600)
meta_rows_map = StableBTreeMap[text, text](memory_id=1, max_key_size=24, max_value_size=220)

bank_00 = StableBTreeMap[text, text](memory_id=2, max_key_size=28, max_value_size=4532)
bank_01 = StableBTreeMap[text, text](memory_id=3, max_key_size=28, max_value_size=4532)
bank_02 = StableBTreeMap[text, text](memory_id=4, max_key_size=28, max_value_size=4532)
bank_03 = StableBTreeMap[text, text](memory_id=5, max_key_size=28, max_value_size=4532)
bank_04 = StableBTreeMap[text, text](memory_id=6, max_key_size=28, max_value_size=4532)
bank_05 = StableBTreeMap[text, text](memory_id=7, max_key_size=28, max_value_size=4532)
bank_06 = StableBTreeMap[text, text](memory_id=8, max_key_size=28, max_value_size=4532)
bank_07 = StableBTreeMap[text, text](memory_id=9, max_key_size=28, max_value_size=4532)
bank_08 = StableBTreeMap[text, text](memory_id=10, max_key_size=28, max_value_size=4532)
bank_09 = StableBTreeMap[text, text](memory_id=11, max_key_size=28, max_value_size=4532)
bank_10 = StableBTreeMap[text, text](memory_id=12, max_key_size=28, max_value_size=4532)
bank_11 = StableBTreeMap[text, text](memory_id=13, max_key_size=28, max_value_size=4532)
bank_12 = StableBTreeMap[text, text](memory_id=14, max_key_size=28, max_value_size=4532)
bank_13 = StableBTreeMap[text, text](memory_id=15, max_key_size=28, max_value_size=4532)
bank_14 = StableBTreeMap[text, text](memory_id=16, max_key_size=28, max_value_size=4532)
bank_15 = StableBTreeMap[text, text](memory_id=17, max_key_size=28, max_value_size=4532)
bank_16 = StableBTreeMap[text, text](memory_id=18, max_key_size=28, max_value_size=4532)
bank_17 = StableBTreeMap[text, text](memory_id=19, max_key_size=28, max_value_size=4532)
bank_18 = StableBTreeMap[text, text](memory_id=20, max_key_size=28, max_value_size=4532)
bank_19 = StableBTreeMap[text, text](memory_id=21, max_key_size=28, max_value_size=4532)
bank_20 = StableBTreeMap[text, text](memory_id=22, max_key_size=28, max_value_size=4532)
bank_21 = StableBTreeMap[text, text](memory_id=23, max_key_size=28, max_value_size=4532)
bank_22 = StableBTreeMap[text, text](memory_id=24, max_key_size=28, max_value_size=4532)
bank_23 = StableBTreeMap[text, text](memory_id=25, max_key_size=28, max_value_size=4532)
bank_24 = StableBTreeMap[text, text](memory_id=26, max_key_size=28, max_value_size=4532)
bank_25 = StableBTreeMap[text, text](memory_id=27, max_key_size=28, max_value_size=4532)
bank_26 = StableBTreeMap[text, text](memory_id=28, max_key_size=28, max_value_size=4532)
bank_27 = StableBTreeMap[text, text](memory_id=29, max_key_size=28, max_value_size=4532)
bank_28 = StableBTreeMap[text, text](memory_id=30, max_key_size=28, max_value_size=4532)
bank_29 = StableBTreeMap[text, text](memory_id=31, max_key_size=28, max_value_size=4532)
bank_30 = StableBTreeMap[text, text](memory_id=32, max_key_size=28, max_value_size=4532)
bank_31 = StableBTreeMap[text, text](memory_id=33, max_key_size=28, max_value_size=4532)

tenant_rows_map = StableBTreeMap[text, text](memory_id=34, max_key_size=100, max_value_size=400)
purge_rows_map = StableBTreeMap[text, text](memory_id=35, max_key_size=260, max_value_size=40)

BANKS = (
    bank_00,
    bank_01,
    bank_02,
    bank_03,
    bank_04,
    bank_05,
    bank_06,
    bank_07,
    bank_08,
    bank_09,
    bank_10,
    bank_11,
    bank_12,
    bank_13,
    bank_14,
    bank_15,
    bank_16,
    bank_17,
    bank_18,
    bank_19,
    bank_20,
    bank_21,
    bank_22,
    bank_23,
    bank_24,
    bank_25,
    bank_26,
    bank_27,
    bank_28,
    bank_29,
    bank_30,
    bank_31,
)
