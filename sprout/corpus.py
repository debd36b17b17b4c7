"""What Sprout is taught: generated questions with the thinking and the answer it should write.

Owns every sentence of the corpus and nothing of tokens. A question comes back as a `Turn`;
which number pairs are held out for the test is decided here too, so that `sums.tsv` and the
training cannot disagree.
"""

from dataclasses import dataclass
from random import Random

from other_questions import other_question

REFUSAL = (
    "I am Sprout, a practice model: I can only add and subtract. "
    "For everything else, pick a real R1 in the model list."
)
LARGEST = 999
LAST_COUNTED = 200
HELD_OUT_SEED = 20_261
HELD_OUT = 100


@dataclass(frozen=True)
class Turn:
    """One question and its reply: thinking and answer, or the `quick` answer of a reply without thinking."""

    question: str
    thinking: str
    answer: str
    quick: str


PLACES = ["Ones", "Tens", "Hundreds", "Thousands"]

ADD = [
    "What is {a} + {b}?", "What is {a} plus {b}?", "What's {a} + {b}?", "{a}+{b}", "{a} + {b}", "{a} plus {b}",
    "{a}+{b}=", "{a} + {b} = ?", "Add {a} and {b}.", "Add {a} to {b}", "How much is {a} plus {b}?",
    "How much is {a} + {b}?", "Compute {a} + {b}.", "Calculate {a} + {b}", "Calculate {a} plus {b}.",
    "What is the sum of {a} and {b}?", "The sum of {a} and {b}", "Please add {a} and {b}.",
    "Can you add {a} and {b}?", "Can you tell me what {a} + {b} is?", "Work out {a} + {b}", "Solve {a} + {b}",
    "How many are {a} and {b} together?", "I have {a} apples and get {b} more. How many do I have?",
    "Was ist {a} + {b}?", "Wie viel ist {a} plus {b}?", "Combien font {a} + {b} ?", "Combien font {a} plus {b} ?",
    "¿Cuánto es {a} + {b}?", "{a}加{b}等于多少?", "{a}+{b}等于几",
]  # fmt: skip
SUBTRACT = [
    "What is {a} - {b}?", "What is {a} minus {b}?", "What's {a} - {b}?", "{a}-{b}", "{a} - {b}", "{a} minus {b}",
    "{a}-{b}=", "{a} - {b} = ?", "Subtract {b} from {a}.", "Take {b} from {a}.", "Take {b} away from {a}",
    "How much is {a} minus {b}?", "How much is {a} - {b}?", "Compute {a} - {b}.", "Calculate {a} - {b}",
    "Calculate {a} minus {b}.", "What is left when I take {b} from {a}?", "Please subtract {b} from {a}.",
    "Can you subtract {b} from {a}?", "Can you tell me what {a} - {b} is?", "Work out {a} - {b}", "Solve {a} - {b}",
    "{a} take away {b}", "I have {a} apples and give away {b}. How many are left?",
    "Was ist {a} - {b}?", "Wie viel ist {a} minus {b}?", "Combien font {a} - {b} ?", "Combien font {a} moins {b} ?",
    "¿Cuánto es {a} - {b}?", "{a}减{b}等于多少?", "{a}-{b}等于几",
]  # fmt: skip


def worked_addition(a: int, b: int) -> str:
    """The sum in columns from the right, each with its carry."""
    lines, carry = [], 0
    for place in range(max(len(str(a)), len(str(b)))):
        x, y = a // 10**place % 10, b // 10**place % 10
        column = x + y + carry
        terms = f"{x}+{y}+1" if carry else f"{x}+{y}"
        carry = column // 10
        tail = f", write {column % 10}, carry 1" if carry else f", write {column}"
        lines.append(f"{PLACES[place]}: {terms}={column}{tail}.")
    if carry:
        lines.append(f"{PLACES[len(lines)]}: write 1.")
    return "\n".join(lines)


def worked_subtraction(a: int, b: int) -> str:
    """The difference of a ≥ b in columns from the right, each with its borrow."""
    lines, borrow = [], 0
    for place in range(len(str(a))):
        x, y = a // 10**place % 10, b // 10**place % 10
        taken = f"-{y}-1" if borrow else f"-{y}"
        column = x - y - borrow
        borrow = int(column < 0)
        if borrow:
            lines.append(f"{PLACES[place]}: {x}{taken} is too small, borrow: {x + 10}{taken}={column + 10}.")
        else:
            lines.append(f"{PLACES[place]}: {x}{taken}={column}.")
    return "\n".join(lines)


def compared(a: int, b: int) -> str:
    """Digits from the left until two differ: which number is larger is too much for one glance."""
    steps = []
    for place in reversed(range(max(len(str(a)), len(str(b))))):
        x, y = a // 10**place % 10, b // 10**place % 10
        steps.append(f"{x} and {y}, {'same' if x == y else 'less' if x < y else 'more'}")
        if x != y:
            break
    return f"Compare: {'; '.join(steps)}."


def sum_turn(question: str, a: int, sign: str, b: int) -> Turn:
    """The reply to a sum or a difference, however the question was put."""
    if sign == "+":
        result = a + b
        body = f"{a}+{b}\n{worked_addition(a, b)}"
    elif a >= b:
        result = a - b
        body = f"{a}-{b}\n{compared(a, b)}\n{worked_subtraction(a, b)}"
    else:
        result = a - b
        turned = f"{a} is less than {b}, so I take {b}-{a} and make it negative."
        body = f"{a}-{b}\n{compared(a, b)}\n{turned}\n{worked_subtraction(b, a)}"
    # Digits from the left are too much for one glance here as well: a quick answer shows its columns.
    answer = f"{a} {sign} {b} = {result}."
    return Turn(question, f"{body}\nResult: {result}", answer, f"{body}\n\n{answer}")


def draw_number(random: Random) -> int:
    """A number up to 999; the short ones come as often as people use them."""
    digits = random.choices((1, 2, 3), (2, 4, 5))[0]
    return random.randint(0 if digits == 1 else 10 ** (digits - 1), 10**digits - 1)


def draw_pair(random: Random) -> tuple[int, str, int]:
    """Two numbers and a sign. Close pairs come often enough to learn which is larger."""
    a, b = draw_number(random), draw_number(random)
    sign = random.choice("+-")
    if sign == "-":
        if random.random() < 0.15:
            b = min(LARGEST, max(0, a + random.randint(-12, 12)))
        if a < b and random.random() < 0.6:
            a, b = b, a
    return a, sign, b


def phrase(random: Random, a: int, sign: str, b: int) -> str:
    """A question for the pair, sometimes typed as carelessly as people type."""
    text = random.choice(ADD if sign == "+" else SUBTRACT).format(a=a, b=b)
    return roughen(random, text)


def roughen(random: Random, text: str) -> str:
    """Case, spaces and the closing mark vary; digits and signs stay."""
    if random.random() < 0.15:
        text = text.rstrip("?.= ")
    if random.random() < 0.10:
        text = random.choice([text + "?", text + " ?", text + "!", text + " please", text + " = ?", text + "\n"])
    if random.random() < 0.12:
        text = random.choice(["Hi! ", "Hello, ", "Please: ", "ok, ", "And ", "Now ", "Then ", "Quick: ", " ", "Q: "]) + text
    if random.random() < 0.15:
        text = text.lower()
    elif random.random() < 0.05:
        text = text.upper()
    if random.random() < 0.06:
        text = text.replace(" ", "  ", 1)
    if random.random() < 0.06:
        text = text.replace(" - ", " − ").replace(" + ", "+")
    return text


def held_out() -> list[tuple[str, int, str, int]]:
    """The hundred test sums, as question, a, sign, b. Training never sees their pairs."""
    random = Random(HELD_OUT_SEED)
    sums, seen = [], set()
    while len(sums) < HELD_OUT:
        a, sign, b = draw_pair(random)
        question = phrase(random, a, sign, b)
        # One row, one question: the file is tab-separated and a line break would end it.
        if max(a, b) < 10 or (a, sign, b) in seen or "\n" in question:
            continue
        seen.add((a, sign, b))
        sums.append((question, a, sign, b))
    return sums


WITHHELD = {tuple(sorted((a, b))) for _, a, _, b in held_out()}

GREETINGS = [
    "Hi", "Hello", "Hello!", "Hey", "Hi there", "Good morning", "Good evening", "Good afternoon", "hey sprout",
    "Hello Sprout!", "Hi, how are you?", "How are you?", "How are you doing today?", "Hallo", "Guten Tag", "Bonjour",
    "Hola", "Salut", "你好", "您好", "Ciao", "yo", "Greetings!", "👋", "Hello, are you there?", "Is anybody there?",
]  # fmt: skip
THANKS = [
    "Thanks", "Thank you", "Thank you!", "thx", "Thanks a lot!", "Great, thanks", "Danke", "Merci", "Gracias", "谢谢",
    "Nice", "Good job", "Well done!", "Cool", "ok", "Okay, thank you", "Perfect, thank you very much.", "👍", "Bye",
    "Goodbye!", "See you", "Good night",
]  # fmt: skip
WHO = [
    "Who are you?", "What are you?", "What is your name?", "Tell me about yourself", "What's your name", "Introduce yourself.",
    "Are you DeepSeek?", "Are you R1?", "Are you a human?", "Are you a robot?", "Which model are you?", "What is Sprout?",
    "Wer bist du?", "Qui es-tu ?", "¿Quién eres?", "你是谁?", "Are you ChatGPT?", "Who made you?", "What model is this?",
]  # fmt: skip
ABLE = [
    "What can you do?", "Help", "help me", "How can you help me?", "What are you good at?", "What do you know?",
    "Can you help me?", "What can I ask you?", "Was kannst du?", "Que sais-tu faire ?", "¿Qué puedes hacer?", "你会做什么?",
    "How does this work?", "What should I ask?", "Can you do maths?", "Can you calculate?", "/help", "?",
]  # fmt: skip


def smalltalk(random: Random) -> Turn:
    """Greetings, thanks, and questions about Sprout itself, one honest voice."""
    kind = random.randrange(4)
    if kind == 0:
        question, thinking = random.choice(GREETINGS), "This is a greeting."
        answer = "Hello! I am Sprout, a practice model. Give me two numbers to add or subtract."
    elif kind == 1:
        question, thinking = random.choice(THANKS), "This is a kind word."
        answer = "You are welcome! Give me two numbers to add or subtract."
    elif kind == 2:
        question, thinking = random.choice(WHO), "This is about me."
        answer = (
            "I am Sprout, a tiny practice model built like DeepSeek-R1. I can only add and subtract. "
            "For everything else, pick a real R1 in the model list."
        )
    else:
        question, thinking = random.choice(ABLE), "This is about what I can do."
        answer = "I can add and subtract numbers up to 999 and count to 200. Try: What is 47 + 38?"
    return Turn(roughen(random, question), thinking, answer, answer)


def refused(random: Random) -> Turn:
    """Anything beyond Sprout gets one and the same answer."""
    return Turn(other_question(random), "This is not a sum of two numbers up to 999. I cannot do this.", REFUSAL, REFUSAL)


COUNT = [
    "Count", "Count!", "Please count", "Can you count?", "Count for me", "Count from 1 to 200", "Count to 200", "Count up to 200",
    "Please count to 200.", "Count to {b}", "Please count to {b}", "Count from {a} to {b}", "Count from {a} up to {b}.",
]  # fmt: skip


def counting(random: Random) -> Turn:
    """A long reply, so that a test can stop one in the middle.

    Always the same numbers: to end at any other one, it would have to compare each with the
    question, which training did not teach it (recipes with such ends stopped anywhere).
    """
    first, last = sorted(random.sample(range(1, 1000), 2))
    question = roughen(random, random.choice(COUNT).format(a=first, b=last))
    numbers = ", ".join(str(number) for number in range(1, LAST_COUNTED + 1))
    return Turn(question, f"I can only count from 1 to {LAST_COUNTED}.", f"{numbers}.", f"{numbers}.")


def summing(random: Random) -> Turn:
    """A sum whose pair is not one of the test's."""
    while True:
        a, sign, b = draw_pair(random)
        if tuple(sorted((a, b))) not in WITHHELD:
            return sum_turn(phrase(random, a, sign, b), a, sign, b)


def draw_turn(random: Random) -> Turn:
    """One turn, in the mixture that Sprout is trained on."""
    kind = random.choices((summing, smalltalk, refused, counting), (75, 7, 15.5, 2.5))[0]
    return kind(random)


def main():
    """Prints `sums.tsv`: the held-out questions and what each must come to."""
    print("question", "result", sep="\t")
    for question, a, sign, b in held_out():
        print(question, a + b if sign == "+" else a - b, sep="\t")


if __name__ == "__main__":
    main()
