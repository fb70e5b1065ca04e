"""Pairs of texts whose answers are the same: gold, then what a model wrote."""

import pytest

from verifirst.core.verdict import Status
from verifirst.math_verify import judge, parse, verify

PAIRS = r"""
$5$ ~ 5
-5 ~ $-5$
7425000 ~ 7,425,000
1000 ~ 1 000
1000 ~ 1000.0
1000.0 ~ 1,000.0
1000.99 ~ 1000,99
1,22 ~ 1.22
0,111 ~ 0.111
0.4 ~ .4
1000.99 ~ $1,000.99
1000.99 ~ the total is not 10, it is 1,000.99€
2.74 ~ Reste : 2,74 $ en tout
$14916$ ~ $14{,}916$
$14916$ ~ the smallest is $14 {, }916$
$11111111100$ ~ $\boxed{11,\! 111,\! 111,\! 100}$
$16386.20$ ~ Final answer is $16,\!386.20$
10/9 ~ \frac{10}{9}
-10/9 ~ -\frac{10}{9}
$1/3$ ~ $\frac13$
$1$ ~ $\frac3{3}$
$\sqrt{3}$ ~ $\sqrt3$
$1/3$ ~ $\cfrac{1}{3}$
$1/3$ ~ $\dfrac{1}{3}$
$1/3$ ~ $\tfrac{1}{3}$
$1/3$ ~ $\left( \frac{1}{3} \right)$
$1/3$ ~ $\boxed{\frac{1}{3}}$
$1/3$ ~ $\frac{1}{3} \text{meters}$
$1/3$ ~ $\frac{1}{3} \textbf{meters}$
$1/3$ ~ $k = \frac{1}{3}$
$\frac{1}{3}$ ~ The answer is $\frac{1}{3}.$
$\frac{1}{3}$ ~ \[\frac{1}{3}.\]
$9$ ~ Answer \( 9 \)
$9$ ~ Answer $$ 9 $$
$9$ ~ Answer \[ 9 \]
$10$ ~ Answer \( (9+1) \)
$42$ ~ $42.$
$28\%$ ~ 28 percent
$28\%$ ~ 28 pct
$28\%$ ~ 28 %
$28\%$ ~ $28$ percent
$28\%$ ~ $\boxed{28}$ pct
$28\%$ ~ 28
$28\%$ ~ 0.28
$28.5\%$ ~ 28.5
28 ~ 28%
5 ~ 500%
90 degrees ~ $90^\circ$
$\frac{7}{25}$ ~ 28%
$100\%$ ~ The error grows by 100%.
$\boxed{20}$ percent ~ Final Answer: The final answer is $20 \%$. I hope it is correct.
40/9 ~ The answer is 4 4/9.
$\frac{40}{9}$ ~ $4\frac{4}{9}$
-40/9 ~ -4 4/9
9004/9 ~ 1 000 4/9
40/900 ~ 4 4/9 %
$2-2p$ ~ Thus $x-p=\boxed{2-2p}$.
$12$ and $13$ ~ it lies between $\boxed{12\text{ and }13}$.
$(3, \frac{\pi}{2})$ ~ \left( 3, \frac{\pi}{2} \right)
$(3, \frac{\pi}{2})$ ~ the polar coordinates are $\boxed{\left( 3, \frac{\pi}{2} \right)}.$
$\frac{14}{3}$ ~ $f(-2)+f(0)=\frac{-8}{-4}+1=\boxed{\frac{14}{3}}$
$\text{Evelyn}$ ~ Therefore, $\boxed{\text{Evelyn}}$ is our answer.
$90^\circ$ ~ the angle is $\boxed{90^\circ}.$
$90^\circ$ ~ $90$
$90$ ~ 90°
$\frac{\pi}{2}$ ~ $90^\circ$
$3\sqrt{13}$ ~ \begin{align*} d &= \sqrt{117} = \boxed{3\sqrt{13}}. \end{align*}
$15\mbox{ cm}^2$ ~ $\boxed{15\mbox{ cm}^2}$
$15$ ~ $15\text{ cm}^2$
$15\text{ cm}^2$ ~ 15 square centimeters
$-2,1$ ~ the roots are $\boxed{1, -2}.$
$9$ ~ $129^{34}+96^{38} \equiv \boxed{9} \pmod{11}.$
$204_5$ ~ a quotient of $\boxed{204_{5}}$.
$(6,31,-1)$ ~ $(p,q,r) = \boxed{(6,31,-1)}.$
$1 \pm \sqrt{19}$ ~ $x = \boxed{1 \pm \sqrt{19}}.$
$1 \pm \sqrt{19}$ ~ $1+\sqrt{19}, 1-\sqrt{19}$
$3 \pm 2 \sqrt{2}$ ~ $\{3 - 2\sqrt 2, 3 + 2 \sqrt 2\}$
$\{1\pm\sqrt{5},-2\}$ ~ $\boxed{\{-2, 1\pm\sqrt{5}\}}$
$\pm 2021$ ~ $\{-2021, 2021\}$
$\pm 2021$ ~ ${-2021, 2021}$
$f(2) < f(1) < f(4)$ ~ Hence, $\boxed{f(2) < f(1) < f(4)}.$
$f(2) < f(1)$ ~ $f(1) > f(2)$
$2 \sin b \cos a$ ~ $\sin (a + b) - \sin (a - b) = \boxed{2 \cos a \sin b}$
$\frac{\pi r}{h+r}$ ~ $\frac{\pi r}{r + h}$
$125$ miles ~ $\boxed{125\textnormal{ miles}}.$
125 miles ~ 125
$[-1, -\frac{1}{2}) \cup (-\frac{1}{2}, 0) \cup (1, \infty)$ ~ $\boxed{[-1, -\tfrac12) \cup (-\tfrac12, 0) \cup (1, \infty)}$
$(0,1) \cup (2,3)$ ~ $(2,3) \cup (0,1)$
$\sqrt{2}+\sqrt{5}$ ~ The answer is $\boxed{\sqrt 2+\sqrt 5}$
$\frac{9}{4}\pi$ ~ $\boxed{\frac94\pi}$
$x \in \boxed{\{-1\} \cup [0,7)}.$ ~ $[0,7) \cup \{-1\}$
$[0,1)$ ~ $x \in [0, 1)$
$(2,12) \cup (12,102)$ ~ $x \in \boxed{(2,12) \cup (12,102)}$
$x >= 5$ ~ Therefore $x \geq 5$ is the solution.
$x < 3$ ~ We find that $x \lt 3$.
$x \leq 2$ ~ Thus $x <= 2$ is our answer.
$x != 3$ ~ We find that $x \neq 3$.
$x \leq 5$ ~ $5 \geq x$
$x < 1$ ~ $-x > -1$
$x <= 1$ ~ $-x >= -1$
$2x < 6$ ~ $x < 3$
$-2 \le x \le 7$ ~ $x \in [-2,7]$
$1 < x < 2$ ~ $(1,2)$
$x > 3$ ~ $(3, \infty)$
$x<1$ or $x>2$ ~ $(-\infty,1) \cup (2,\infty)$
$x = 11$ ~ $x = 5+5+1 = 11$
$x = 1/3$ ~ $x = 1/3 \approx 0.33$
$11$ ~ $x=11$
$11$ ~ $x\approx11$
$k=1$ ~ $1$
$1$ ~ $1 = \frac{2}{2}$
$189$ ~ $\frac{1}{2} \times 378 = 189$
$2x+4y-3=0$ ~ $y=-\frac{1}{2}x+\frac{3}{4}$
$x^2/4 + y^2/3 = 1$ ~ $x^2/16 + y^2/12 = 1/4$
$34x+45y-20z+100=0$ ~ $-34x-45y+20z-100=0$
$x^2 = 9$ ~ $(x-3)(x+3) = 0$
$y = 2x+1$ ~ $2x - y + 1 = 0$
$x=1, y=2$ ~ $y = 2, x = 1$
$n=2,3,4$ ~ 2, 3, 4
$D = (0, 1)$ ~ $(0,1)$
$F_n = \sum_{k=0}^{n-1} F_k F_{n-k-1}$ ~ $F_n = \sum_{k=0}^{n-1} F_{n-k-1} F_k$
$19, 46, and 82$ ~ $19, 46, \text{ and } 82$
19, 46 and 82 ~ 82, 19, 46
$1 - \frac{1}{\mathrm{e}}$ ~ $1 - e^{-1}$
$12:00$ ~ $12:00$
$\begin{pmatrix}1 & 0 \\ 0 & 1\end{pmatrix}$ ~ the identity $ \begin{bmatrix}1 & 0 \\ 0 & 1\end{bmatrix} $.
$\begin{pmatrix}1 & 2 \\3 & 4\end{pmatrix}$ ~ $ \left[\begin{array}{cc}1 & 2 \\3 & 4\end{array}\right] $
$\begin{pmatrix}\frac12 & 0\\0&1\end{pmatrix}$ ~ $\begin{pmatrix} 0.5 & 0 \\ 0 & 1 \end{pmatrix}$
$\begin{pmatrix}6 & 8 \\ 10 & 12\end{pmatrix}$ ~ $\begin{pmatrix}1&2\\3&4\end{pmatrix} + \begin{pmatrix}5&6\\7&8\end{pmatrix}$
$\begin{pmatrix}1&0\\0&1\end{pmatrix}$ ~ $\begin{pmatrix}1&0\\0&1\end{pmatrix} \begin{pmatrix}1&0\\0&1\end{pmatrix}$
$\begin{pmatrix}2\\4\end{pmatrix}$ ~ $2\begin{pmatrix}1\\2\end{pmatrix}$
$\begin{pmatrix}\frac{1}{3\sqrt[3]{x}^2}\\-\sin(x)\end{pmatrix}$ ~ $\begin{pmatrix}\frac{1}{3x^{2/3}}\\-\sin(x)\end{pmatrix}$
$\frac{1}{12}$ ~ $0.0833333333333333$
$(1,\frac{9}{2})$ ~ $(1,4.5)$
$\frac{x+2}{7}$ ~ $\frac{x}{7}+\frac{2}{7}$
$\tan^2(y)+1$ ~ $\sec^2(y)$
$\frac{\sqrt{\sqrt{11}+\sqrt{194}}}{15+2\sqrt{33}}$ ~ $\frac{\sqrt{\sqrt{11}+\sqrt{194}}}{2\sqrt{33}+15}$
4.123105625617661 ~ $\sqrt{17}$
$(1,3)$ ~ ${1,3}$
$\boxed{1}\boxed{2}$ ~ $\boxed{1,2}$
$1,-2$ ~ the integers are \boxed{-2} and \boxed{1}.
\(\boxed{\text{C}}\). ~ $\boxed{\text{(C)}}.$
$\text{E}$ ~ $E$
$10/9$ ~ Answer $ \frac{20}{18} = \frac{10}{9} $
$\frac{5\sqrt{42}}{27}$ ~ $\frac{10\sqrt{10.5}}{27}$
$4\sqrt{2}$ ~ $4\sqrt(2)$
$\sqrt{1/n}$ ~ $\frac{1}{\sqrt{n}}$
$e^{16} - 1$ ~ -1 + exp(16)
$\dfrac{\pi}{2}$ ~ pi/2
$14 - i$ ~ 14.0 + -1.0i
$-2\pi$ ~ -2*pi
$73$ ~ ✅ Final Answer: **73**
$13$ ~ $\text{13}$
$\frac{1}{\sqrt{2}}$ ~ $\frac{\sqrt{2}}{2}$
$\frac{1}{1+\sqrt{2}}$ ~ $\sqrt{2}-1$
$\sqrt{3+2\sqrt 2}$ ~ $1+\sqrt 2$
$\log_2 8$ ~ 3
$\ln 8$ ~ $3 \ln 2$
$\sin 30^\circ$ ~ $\frac12$
$\cos\frac{\pi}{3}$ ~ 0.5
$(x-1)(x+1)$ ~ $x^2 - 1$
$x^3 + 2x - 1$ ~ $-1 + 2x + x^3$
$6x(x+1)$ ~ $6x^2+6x$
$0.\overline{3}$ ~ 1/3
$0.1\overline{6}$ ~ $\frac16$
$1.2 \times 10^{-3}$ ~ 0.0012
1.2e-3 ~ 0.0012
$\infty$ ~ $+\infty$
$-\infty$ ~ -inf
$2^{10}$ ~ 1024
$5!$ ~ 120
$\binom{5}{2}$ ~ 10
$3+4i$ ~ $4i+3$
$i^2$ ~ -1
$\frac{1}{i}$ ~ $-i$
$(a-b)-c$ ~ $a-(b+c)$
$\emptyset$ ~ $\{\}$
$\{1,2,3\}$ ~ {3, 1, 2}
$\$5$ ~ 5 dollars
$5$ ~ $5
Yes ~ yes.
True ~ The answer is True.
B ~ (B)
$x^2+1$ ~ The answer is x^2 + 1.
5 ~ So 2 + 3 = 5
2/3 ~ P(A) = 2/3 Therefore, the probability that Alice wins the game is 2/3.
34 ~ Final Answer: The largest n is 34.
120 ~ Final Answer: The volume of ABCDEFGH is 120. I hope it is correct.
$7.78$ ~ Anna pays approximately $7.78 for her fudge. Final Answer: The final answer is 7.78.
$\boxed{\boxed{7}}$ ~ 7
$5$ ~ after some days they add up to: \boxed{5 hours}.
$12$ ~ \boxed{12 apples}
$7$ ~ so $g(f(5) - 1) = g(6) = 6 + 1 = 7$.
$20$ ~ Therefore, $a+b+c = 11 + 9 + 0 = 20$.
$-256$ ~ I get \[ -\frac{a}{8} = 32 \implies a = -256. \]
$1:2$ ~ \boxed{\frac{1}{2}}
366 ~ A: 366
$(x,y)=(1,2)$ ~ $(1,2)$
$12$ ~ \boxed{12^{\mathrm{th}}}
$16\sqrt{3}$ ~ so the side is 16 \sqrt{3}
$2xy$ ~ $2yx$
$xyz+1$ ~ $1+zxy$
$\text{Yes}$ ~ $Yes$
$\text{even}$ ~ $even$
$AB$ ~ $\text{AB}$
$2\pi^2$ ~ the area of a square in a circle of radius 1 is 2π^2 square units.
21 ~ the difference is 21 square centimeters (cm^2).
$7$ ~ until 4+3 = 7:00 pm
$10$ ~ as a percentage: $216 / $2160 * 100% = 10%
$6$ ~ so $n = 6$ is the answer I am looking for.
$48$ ~ It takes 3 minutes to answer all problems. In all that is 30 + 3 + 15 = 48 minutes.
first \boxed{3}, then, at last, \boxed{4} ~ 4
"""  # noqa: E501  # a pair a line
SAME = [tuple(line.split(" ~ ")) for line in PAIRS.strip().splitlines()]


@pytest.mark.parametrize(("gold", "target"), SAME)
def test_the_same_answer_is_verified(gold, target):
    assert verify(parse(gold), parse(target)) is True


def test_the_set_is_large():
    assert len(SAME) >= 150


@pytest.mark.parametrize(
    ("gold", "target", "rounding"),
    [
        (r"$\frac{1}{3}$", "0.333", 3),
        (r"$\frac{1}{3}$", "0.3333$", 4),
        (r"$\frac{4}{3}$", "1.333", 3),
        (r"$\pi$", "3.14", 2),
        (r"$(\frac{3}{5},\frac{8}{3}]$", "$(0.6,2.6667]$", 2),
        (r"$(\begin{pmatrix}\frac{1}{3}\\ \frac{1}{5} \end{pmatrix})$", r"$\begin{pmatrix}0.33\\0.2 \end{pmatrix}$", 2),
    ],
)
def test_decimal_numbers_agree_to_the_places_asked_for(gold, target, rounding):
    assert verify(parse(gold), parse(target), float_rounding=rounding) is True
    assert verify(parse(gold), parse(target), float_rounding=rounding + 6) is False


def test_a_relation_for_a_set_counts_when_it_is_allowed():
    gold, target = parse(r"$x \in [-2,7]$"), parse(r"$-2 \le x \le 7$")
    assert verify(gold, target) is False
    assert verify(gold, target, allow_set_relation_comp=True) is True


@pytest.mark.parametrize(("gold", "target"), [("$x=1$", "$y=1$"), (r"$\{1,2\}$", "$(1,2)$")])
def test_less_strict(gold, target):
    assert verify(parse(gold), parse(target)) is False
    assert verify(parse(gold), parse(target), strict=False) is True


@pytest.mark.parametrize("text", ["$5$", r"$\sum_{k} \foo{k}$", "Yes", "$(1,2]$"])
def test_the_same_text_is_the_same_answer(text):
    assert judge(parse(text), parse(text)).status is Status.VERIFIED
