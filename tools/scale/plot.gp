# SPDX-License-Identifier: MIT
# plot.gp - throughput over CPUs, simulated (points) and on paper (dashes): gnuplot -e "data='...'; svg='...'"
set terminal svg size 1080,430 font "sans-serif,12" background "white"
set output svg
set logscale x 2
set logscale y 10
set xrange [0.9:142]
set yrange [0.1:20000]
set xtics (1, 2, 4, 8, 16, 32, 64, 128)
set ytics ("0.1" 0.1, "1" 1, "10" 10, "100" 100, "1,000" 1000, "10,000" 10000)
set grid xtics ytics lc rgb "#dddddd" lw 0.5
set border 3 lc rgb "#666666"
set tics nomirror
set xlabel "CPUs"
set key off
array name[4] = ["lowest", "local", "locked pool", "locked buddy"]
array color[4] = ["#d55e00", "#0072b2", "#555555", "#cc79a7"]
array shape[4] = [7, 5, 13, 11]
array work[3] = ["burst", "churn", "pass"]
set multiplot layout 1,3
do for [w = 1:3] {
    set title work[w]
    if (w == 1) { set ylabel "pairs of take and free a microsecond" } else { unset ylabel }
    if (w == 3) { set key top left Left reverse samplen 2 } else { set key off }
    plot for [s = 1:4] data index (w - 1) * 4 + s - 1 using 1:3 with lines lc rgb color[s] lw 1 dt 3 notitle, \
         for [s = 1:4] data index (w - 1) * 4 + s - 1 using 1:2 with linespoints \
             lc rgb color[s] lw 1.5 pt shape[s] ps 0.6 title name[s]
}
unset multiplot
