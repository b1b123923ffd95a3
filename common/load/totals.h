/* What a load counts of itself. */
#ifndef TOTALS_H
#define TOTALS_H

struct load_totals {
	long records;		   /* RECORD messages read */
	long complete;		   /* experiments applied whole */
	long partial;		   /* those of which some streams were */
	long failed, denied, gone; /* experiments closed as that, or refused here */
	long changed;		   /* rows of the mirror written or removed */
	long errors;		   /* things reported on stderr */
};

#endif
