"""Names, things and days: the surface of the stories (data only)."""

from __future__ import annotations

from dataclasses import dataclass

NAMES = (
    "Ann", "Ben", "Carla", "David", "Emma", "Farid", "Grace", "Hugo", "Ines", "Jack",
    "Kira", "Leo", "Maya", "Nina", "Omar", "Paula", "Quinn", "Rosa", "Sam", "Tara",
    "Uma", "Victor", "Wendy", "Yusuf", "Zoe", "Alba", "Bruno", "Chloe", "Dora", "Eli",
)  # fmt: skip

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

NUMBER_WORDS = {3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine"}


@dataclass(frozen=True, slots=True)
class Theme:
    """One kind of thing and what people do with it (verbs in the third person)."""

    things: str
    box: str
    boxes: str
    gets: str
    loses: str
    bad: str
    event: str


THEMES = (
    Theme("apples", "crate", "crates", "picks", "eats", "rotten", "the fair"),
    Theme("eggs", "tray", "trays", "collects", "breaks", "cracked", "the bakery"),
    Theme("stickers", "pack", "packs", "collects", "loses", "torn", "the album"),
    Theme("cookies", "tin", "tins", "bakes", "eats", "burnt", "the party"),
    Theme("books", "shelf", "shelves", "collects", "lends", "damaged", "the library"),
    Theme("pencils", "box", "boxes", "orders", "loses", "broken", "the class"),
    Theme("bricks", "stack", "stacks", "orders", "uses", "broken", "the wall"),
    Theme("roses", "bucket", "buckets", "cuts", "sells", "faded", "the wedding"),
    Theme("marbles", "bag", "bags", "wins", "loses", "chipped", "the game"),
    Theme("cards", "pack", "packs", "collects", "trades", "bent", "the club"),
    Theme("candles", "box", "boxes", "makes", "burns", "broken", "the hall"),
    Theme("loaves", "basket", "baskets", "bakes", "sells", "stale", "the market"),
    Theme("shells", "jar", "jars", "finds", "drops", "broken", "the show"),
    Theme("tickets", "roll", "rolls", "prints", "sells", "misprinted", "the concert"),
    Theme("bottles", "crate", "crates", "fills", "sells", "empty", "the match"),
    Theme("beads", "bag", "bags", "buys", "uses", "cracked", "the necklace"),
    Theme("tiles", "box", "boxes", "orders", "uses", "cracked", "the kitchen"),
    Theme("plants", "tray", "trays", "grows", "sells", "dry", "the garden"),
    Theme("lemons", "sack", "sacks", "picks", "uses", "sour", "the cafe"),
    Theme("photos", "album", "albums", "takes", "deletes", "blurry", "the exhibition"),
    Theme("balloons", "pack", "packs", "buys", "pops", "torn", "the parade"),
    Theme("muffins", "tray", "trays", "bakes", "sells", "burnt", "the school"),
    Theme("stamps", "sheet", "sheets", "collects", "uses", "torn", "the post office"),
    Theme("coins", "jar", "jars", "finds", "spends", "foreign", "the museum"),
)

GOALS = ("bike", "camera", "jacket", "tent", "radio", "lamp", "guitar", "phone", "clock", "drone")

FEES = ("the stall", "the bus", "lunch", "new shoes", "a taxi", "the rent", "repairs", "a gift")

JOBS = ("washes cars", "walks dogs", "cuts grass", "teaches chess", "paints fences", "babysits")

DISTRACTIONS = (
    "{name} is {n} years old.",
    "{name} lives at number {n}.",
    "The walk to the shop takes {n} minutes.",
    "It is {n} degrees outside.",
    "{other} has {n} cousins.",
    "The shop opened {n} years ago.",
)
