"""Pairs of texts whose answers differ: gold, then what a model wrote. One accepted is one too many."""

import pytest

from verifirst.math_verify import judge, parse, verify

PAIRS = r"""
$2$ ~ AZYUK2A
$[0,9)$ ~ $[0,1)$
$(0,9)$ ~ $[0,9)$
$1$ ~ $-[0,1)$
$0.28$ ~ 28
$28/100$ ~ 28
$28$ ~ 28/100
$\frac{28}{100}$ ~ 28
$28\%$ ~ 0.0028
$28\%$ ~ 2800
$0.5$ ~ 0.5%
$5$ ~ 5.0%
40/9 ~ 4 4/9 %
4 ~ The answer is 4 4/9.
4/9 ~ The answer is 4 4/9.
16/9 ~ $4\frac{4}{9}$
-32/9 ~ -4 4/9
11 ~ 11 6/6
12 ~ 11 6/6
4 ~ 4 4/0
$x > 5$ ~ Therefore $x < 5$ is the solution.
$x \geq 5$ ~ The solution is $x \leq 5$
$x < 1$ ~ $x > -1$
$x < 1$ ~ $x \le 1$
$x \neq 5$ ~ $x = 5$
$7 = 11a+c$ ~ $11a+c$
$a +3z = 0$ ~ $0$
$2x + z = 1$ ~ $1$
$a^2 + b = 0$ ~ $0$
$3x-y+13=0$ ~ $3x+4y+14=0$
3*x-1*y+13=0 ~ 3x + 4y + 14=0
f(x) = 0 ~ \forall x>0, f(x) = 0
$y = 2x + 1$ ~ $y = 2x - 1$
$y = 2x + 1$ ~ $x = 2y + 1$
$x^2 = 9$ ~ $x = 3$
$x = 3$ ~ $x = -3$
$x=1$ ~ $y=1$
$x=1, y=2$ ~ $x=2, y=1$
$\begin{pmatrix}1&2\\3&4\end{pmatrix}$ ~ $\begin{pmatrix}1&2\\3&5\end{pmatrix}$
$\begin{pmatrix}1&2\\3&4\end{pmatrix}$ ~ $\begin{pmatrix}1&3\\2&4\end{pmatrix}$
$\begin{pmatrix}1&2\end{pmatrix}$ ~ $\begin{pmatrix}1\\2\end{pmatrix}$
$\begin{pmatrix}1\\2\end{pmatrix}$ ~ $1$
$(a+5)(b+2)$ ~ $(+5)(b+2)$
$2$ ~ $\frac{1+\sqrt{5}}{2}$
$4$ ~ $\frac{34}{16}+\frac{\sqrt{1358}}{16}$
$1\sqrt{19}$ ~ $1$
$x+2n+1$ ~ $x+1$
$(3,1)$ ~ ${1,3}$
$(3,1)$ ~ $(1,3)$
$(1,2)$ ~ $(1,2,3)$
$(1,2]$ ~ $[1,2)$
$(1,2)$ ~ $[1,2]$
$\{1,2\}$ ~ $[1,2]$
$\{1,2\}$ ~ $(1,2)$
$\{1,2\}$ ~ $\{1,2,3\}$
$\{1,2,3\}$ ~ $\{1,2\}$
$\{1,2\}$ ~ $\{1,3\}$
$1,2$ ~ $1$
$1$ ~ $1,2$
$\{1\}$ ~ $\{2\}$
$\emptyset$ ~ $\{0\}$
$\emptyset$ ~ $0$
$0$ ~ $\emptyset$
$11111$ ~ $\boxed{11, 111, 1}$
$32349$ ~ $\boxed{32, 349}$
$1112112_3$ ~ $\boxed{1112122_3}$
$204_5$ ~ $204$
$204_5$ ~ $204_6$
$204_5$ ~ $54$
$204_5$ ~ $54_{10}$
$1, 2, 3$ ~ $1, 2, 3, ...$
$1, 2, \ldots, n$ ~ $1, 3, 5, \ldots, 2n-1$
$1:2:3:\ldots$ ~ $1:4:9:\ldots$
$12:00$ ~ $1:00$
$2$ ~ $2^{10}.$
$1$ ~ The answer is $1/3.$
$\frac{1}{2004!}$ ~ $\frac{1}{2006!}$
$\frac{1}{2^{99}}$ ~ $\frac{1}{2^{98}}$
$n=2, 3, 4$ ~ $n=1, 2, 3$
$D = (0, 1)$ ~ $D = (0, 1.5)$
$F_n = \sum_{k=0}^{n-1} F_k F_{n-k-1}$ ~ $F_n = \sum_{k=0}^{n-2} F_k F_{n-k-2}$
$19, 46, \text{ and } 82$ ~ $21, 36, and 82$
$\frac{2^{2005}+1}{3 \cdot 2^{2006}}$ ~ $\frac{1}{3 \cdot 2^{2006}}$
$1 - \frac{1}{\mathrm{e}}$ ~ $1 + \frac{1}{\mathrm{e}}$
1-1/e ~ 1+1/e
$1-1/e$ ~ $1+1/e$
$\pm 2021$ ~ $2021$
$\pm 2021$ ~ $-2021$
$1 \pm \sqrt 2$ ~ $1 + \sqrt 2$
$1 \pm \sqrt 2$ ~ $-1 \pm \sqrt 2$
\left( 3, \frac{\pi}{2} \right) ~ (3, \frac{2\pi}{3})
$4$ ~ $4\sqrt(2)$
$4$ ~ $4\sqrt{2}$
$(a-b)-c$ ~ $a-(b-c)$
$a-(b-c)$ ~ $a-b-c$
$a/(b/c)$ ~ $(a/b)/c$
$(a^b)^c$ ~ $a^{b^c}$
$2^{3^2}$ ~ $64$
$(2^3)^2$ ~ $512$
$8/(4/2)$ ~ $1$
$-2^2$ ~ $4$
$(x+y)^2$ ~ $x^2+y^2$
$\sqrt{a+b}$ ~ $\sqrt a + \sqrt b$
$\frac{a}{b+c}$ ~ $\frac ab + \frac ac$
$\log(ab)$ ~ $\log a \log b$
$\sin(2x)$ ~ $2\sin x$
$\sin^2 x$ ~ $\sin x^2$
$\sin^{-1} x$ ~ $\frac{1}{\sin x}$
$\sqrt{x^2}$ ~ $x$
$|x|$ ~ $x$
$\ln x^2$ ~ $(\ln x)^2$
$\log_2 8$ ~ $\log_3 8$
$\log_{10} 2$ ~ $\ln 2$
$\pi$ ~ 3.14
$\pi$ ~ $\frac{22}{7}$
$\pi$ ~ 3.1415
$e$ ~ 2.718
$\sqrt 2$ ~ 1.414
$\frac13$ ~ 0.33
$\frac13$ ~ 0.333
$\frac23$ ~ 0.66
$0.\overline{3}$ ~ 0.3
$0.\overline{9}$ ~ 0.9
$0.12$ ~ 0.1212
$0.0000001$ ~ 0.0000002
$10^{-9}$ ~ 0
$10^{-9}$ ~ $10^{-8}$
$1.5 \times 10^{-10}$ ~ $2.5 \times 10^{-10}$
1e-10 ~ 2e-10
$10^{100}$ ~ $10^{100}+1$
$9^{9^{9^9}}$ ~ $9^{9^{9^8}}$
$9^{9^{9^9}}$ ~ 9
100000000000000000000 ~ 100000000000000000001
12345678901234567890123 ~ 12345678901234567890124
$\infty$ ~ $-\infty$
$\infty$ ~ $10^{100}$
$(-\infty, 1)$ ~ $(-\infty, 1]$
$(-\infty, 1)$ ~ $(1, \infty)$
$(0,1) \cup (2,3)$ ~ $(0,3)$
$(0,1) \cup (2,3)$ ~ $(0,1)$
$(0,1) \cup (2,3)$ ~ $(0,1) \cap (2,3)$
$(0,1)$ ~ $\{0,1\}$
$0 < x < 1$ ~ $0 \le x \le 1$
$0 < x < 1$ ~ $x = (0,1)$
$x>1$ and $x<2$ ~ $x>1$ or $x<2$
$x<1$ or $x>2$ ~ $(1,2)$
$1 < x < 2$ ~ $1 < x$
$3+4i$ ~ $3-4i$
$3+4i$ ~ $4+3i$
$i$ ~ $-i$
$i$ ~ $1$
$5$ ~ $-5$
$5$ ~ 5.5
$5$ ~ 50
$5$ ~ $\frac15$
$5 \text{ cm}$ ~ $5 \text{ m}$
$5 \text{ cm}$ ~ $5 \text{ cm}^2$
5 hours ~ 5 minutes
$5 ~ 5€
$1,000$ ~ 1
$1,000$ ~ 1.000
1,234 ~ 1234.5
1/2 ~ 1
1/2 ~ 2
A ~ B
(A) ~ C
$\text{A}$ ~ $\text{B}$
Yes ~ No
True ~ False
$\text{Evelyn}$ ~ $\text{Carla}$
$\text{even}$ ~ $\text{odd}$
ABC ~ CAB
$ABC$ ~ $CAB$
Yes ~ $1$
$x^2-1$ ~ $x^2+1$
$x^2+2x+1$ ~ $x^2+2x$
$(x-1)(x-2)$ ~ $(x+1)(x+2)$
$2x$ ~ $x^2$
$x$ ~ $y$
$x_1$ ~ $x_2$
$a$ ~ $A$
$f(x)$ ~ $f(y)$
$5!$ ~ $5$
$\binom{5}{2}$ ~ $\frac52$
$\lfloor 2.5 \rfloor$ ~ $\lceil 2.5 \rceil$
$0$ ~ -
$0$ ~ 
$5$ ~ no idea, sorry
$5$ ~ \boxed{}
$5$ ~ $5$ is wrong, the answer is $6$
first \boxed{3}, then \boxed{4} ~ 3
$7$ ~ The answer is $\foo{7}{8}$
$7$ ~ \boxed{x = 7, 8}
$\sum_{k=0}^n (k)$ ~ 0
$\frac{1}{2}$ ~ $\frac{2}{1}$
$\frac{a}{b}$ ~ $\frac{b}{a}$
$1/2x$ ~ $2/x$
$3:4$ ~ $4:3$
$2\pi$ ~ $2$
$45^\circ$ ~ $\frac{\pi}{3}$
$60^\circ$ ~ $60\%$
$x^2/4 + y^2/3 = 1$ ~ $x^2/16 + y^2/12 = 1$
$1,2,3$ ~ $3$
$10$ ~ $2x = 10$
$12$ ~ $x^3 = 12$
$5$ ~ $a + b = 5$
$2$ ~ the area of the largest square is 2π^2 square units.
$1:2$ ~ $2$
$3$ ~ so the side is 16 \sqrt{3}
$16$ ~ so the side is 16 \sqrt{3}
$even$ ~ $neve$
$2xy$ ~ $2xz$
$\sqrt[3]{8}$ ~ $\sqrt{8}$
$2^x$ ~ $x^2$
٣ ~ 2
"""  # noqa: W291  # a pair a line, one of them with nothing
DIFFERENT = [tuple((line + " ").split(" ~ ")) for line in PAIRS.strip("\n").splitlines()]


@pytest.mark.parametrize(("gold", "target"), DIFFERENT)
def test_no_other_answer_is_verified(gold, target):
    assert verify(parse(gold), parse(target.strip())) is False


@pytest.mark.parametrize(("gold", "target"), DIFFERENT)
def test_nor_the_other_way_round(gold, target):
    if not target.strip().endswith("%"):  # a percentage may be expected without its sign
        assert not judge(parse(target.strip()), parse(gold)).verified


def test_the_set_is_large():
    assert len(DIFFERENT) >= 150
