package dev.licet.demo;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.List;

/// How much is used at a time, by the clock and the calendar of who uses it: 1 is a busy hour of an ordinary day.
final class Rhythm {
    /// By the hour of the day.
    private static final double[] WORK = {
        .02, .01, .01, .01, .02, .04, .12, .35, .75, 1, 1, .95, .6, .8, 1, .95, .85, .6, .35, .25, .22, .18, .1, .05
    };
    private static final double[] LEISURE = {
        .2, .1, .05, .03, .02, .03, .06, .1, .12, .15, .2, .25, .3, .3, .28, .3, .38, .5, .7, .9, 1, .95, .7, .4
    };
    /// From January on: a peak in spring, few in summer.
    private static final double[] MONTHS = {.95, 1, 1.2, 1.25, 1.1, 1, .85, .8, 1, 1.05, 1.05, .9};

    private static final double WEEKEND_WORK = .22;
    private static final double WEEKEND_LEISURE = 1.6;
    private static final double HOLIDAYS = .4;

    private Rhythm() {}

    static double at(Instant hour, Market market, boolean isLesson) {
        ZonedDateTime there = hour.atZone(market.zone());
        boolean isWeekend = List.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY).contains(there.getDayOfWeek());
        double day = !isWeekend ? 1 : isLesson ? WEEKEND_LEISURE : WEEKEND_WORK;
        return day * season(there) * (isLesson ? LEISURE : WORK)[there.getHour()];
    }

    private static double season(ZonedDateTime there) {
        boolean isHoliday = there.getMonthValue() == 12 && there.getDayOfMonth() > 20 || there.getDayOfYear() < 3;
        return isHoliday ? HOLIDAYS : MONTHS[there.getMonthValue() - 1];
    }
}
