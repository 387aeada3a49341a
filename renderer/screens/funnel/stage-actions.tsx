import { memo } from 'react';
import type { ReactElement } from 'react';
import { useApp } from '../../state/app.ts';
import { addAfter, removeStage } from '../../state/schedule-edit.ts';
import { IconButton } from '../../ui/button.tsx';

/** As many as the tuner tries. */
export const mostStages = 5;

/** Adds a stage after row `index` (−1: the corpus), or removes the one that works on it. A drag passes it by: it renders only when what it can do changes. */
export const StageActions = memo(function StageActions({ index, dims, canAdd, canRemove }: { readonly index: number; readonly dims: number; readonly canAdd: boolean; readonly canRemove: boolean }): ReactElement {
  const app = useApp();
  const add = (): void => {
    const limits = app.funnel.limits();
    if (limits !== undefined) app.funnel.edit(addAfter(app.funnel.schedule(), index, limits), 'commit');
  };
  return (
    <>
      <IconButton isSmall icon="plus" label={index < 0 ? 'Add a stage before the first' : `Add a stage after stage ${index + 1}`} isDisabled={!canAdd} onPress={add} />
      <IconButton isSmall icon="close" label={`Remove stage ${index + 2}: ${dims} dims`} isDisabled={!canRemove} onPress={() => app.funnel.edit(removeStage(app.funnel.schedule(), index + 1), 'commit')} />
    </>
  );
});
