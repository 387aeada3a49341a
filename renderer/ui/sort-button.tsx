import type { ReactElement, ReactNode } from 'react';
import { Button, Tooltip, TooltipTrigger } from 'react-aria-components';
import { glossary } from './term.tsx';
import type { TermName } from './term.tsx';

/** The head of a column that can be sorted; explains itself when its word has an explanation. */
export function SortButton({ term, onSort, children }: { readonly term: TermName | undefined; readonly onSort: () => void; readonly children: ReactNode }): ReactElement {
  const button = (
    <Button className={term === undefined ? 'sort-button' : 'sort-button term'} onPress={onSort}>
      {children}
    </Button>
  );
  if (term === undefined) return button;
  return (
    <TooltipTrigger delay={300} closeDelay={0}>
      {button}
      <Tooltip className="tooltip" offset={6}>
        {glossary[term]}
      </Tooltip>
    </TooltipTrigger>
  );
}
